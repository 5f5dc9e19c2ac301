//! Long work in the background: kind, owner, progress, cancel; `interrupted` after a crash.

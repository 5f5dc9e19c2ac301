//! Workbooks as an office expects them (rust_xlsxwriter): title row, frozen header, text cells.

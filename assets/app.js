// Small conveniences. Every page works without this file: each thing here has a plain link or form behind it.
(function () {
  'use strict';
  var root = document.documentElement;
  root.classList.add('js');
  if (recall(localStorage, 'large') === '1') root.classList.add('large');

  // Storage may be switched off by the browser; then nothing is remembered and nothing breaks.
  function recall(store, key) { try { return store.getItem(key); } catch (e) { return null; } }
  function remember(store, key, value) {
    try { if (value === null) store.removeItem(key); else store.setItem(key, value); } catch (e) { /* full or forbidden */ }
  }
  function all(selector, within) { return Array.prototype.slice.call((within || document).querySelectorAll(selector)); }
  function element(name, className, text) {
    var made = document.createElement(name);
    if (className) made.className = className;
    if (text) made.textContent = text;
    return made;
  }
  function button(text, act) {
    var made = element('button', 'btn btn-sm btn-plain', text);
    made.type = 'button';
    made.addEventListener('click', act);
    return made;
  }
  function notice(kind, text) {
    var made = element('div', 'notice ' + kind), icon = element('i', 'icon i-' + kind);
    icon.setAttribute('aria-hidden', 'true');
    made.append(icon, element('div', '', text));
    return made;
  }

  // ---- clicks: large type, print, reasons, showing a password, dialogs
  var acts = {
    large: function (el) {
      var on = root.classList.toggle('large');
      el.setAttribute('aria-pressed', String(on));
      remember(localStorage, 'large', on ? '1' : '0');
    },
    print: function () { window.print(); },
    reveal: function (el) {
      var box = document.getElementById(el.dataset.to), shown = box.type === 'password';
      box.type = shown ? 'text' : 'password';
      el.setAttribute('aria-pressed', String(shown));
      el.textContent = shown ? '隐藏' : '显示';
    },
    reason: function (el) { // puts a common reason into the box, where it can still be changed
      var box = document.getElementById(el.dataset.to);
      box.value = (box.value ? box.value.replace(/[。；]?\s*$/, '；') : '') + el.textContent.trim().replace(/。$/, '') + '。';
      box.dispatchEvent(new Event('input', { bubbles: true }));
      box.focus();
    }
  };
  document.addEventListener('click', function (e) {
    var el = e.target.closest && e.target.closest('[data-act]');
    if (el && acts[el.dataset.act]) acts[el.dataset.act](el);
  });

  var opener = null;
  // A link or a batch button with data-dialog opens that dialog, whose form then goes where the link would have led.
  document.addEventListener('click', function (e) {
    var el = e.target.closest && e.target.closest('[data-dialog]');
    if (!el || e.ctrlKey || e.metaKey || e.shiftKey || !window.bootstrap) return;
    var dialog = document.querySelector(el.dataset.dialog);
    if (!dialog) return;
    e.preventDefault();
    var form = dialog.querySelector('form'), source = el.closest('form'), names = [el.dataset.name || ''];
    all('[data-copied]', form).forEach(function (copied) { copied.remove(); });
    if (el.hasAttribute('data-need')) { // a batch: the ticked rows go along
      var ticked = all('[data-row]:checked', source);
      names = ticked.map(function (row) { return row.dataset.name || ''; });
      ticked.forEach(function (row) { copyInto(form, row.name, row.value); });
    } else if (el.hasAttribute('data-fields')) { // the fields beside the button go along
      new FormData(source).forEach(function (value, name) {
        if (name !== '_csrf' && typeof value === 'string') copyInto(form, name, value);
      });
    }
    form.action = el.dataset.action || el.getAttribute('formaction') || el.href || form.action;
    all('[data-names]', dialog).forEach(function (slot) { slot.textContent = listed(names); });
    all('[data-many]', dialog).forEach(function (slot) { slot.textContent = String(names.length); });
    opener = el;
    window.bootstrap.Modal.getOrCreateInstance(dialog).show();
  });
  document.addEventListener('hidden.bs.modal', function () { if (opener) { opener.focus(); opener = null; } });
  function copyInto(form, name, value) {
    var hidden = element('input');
    hidden.type = 'hidden'; hidden.name = name; hidden.value = value;
    hidden.setAttribute('data-copied', '');
    form.append(hidden);
  }
  function listed(names) {
    var known = names.filter(Boolean);
    return known.length > 5 ? known.slice(0, 5).join('、') + ' 等 ' + names.length + ' 条' : known.join('、');
  }

  // ---- a form sent twice by an impatient double click is sent once
  document.addEventListener('submit', function (e) {
    var form = e.target;
    if (e.defaultPrevented) return;
    if (form.dataset.sending) { e.preventDefault(); return; }
    form.dataset.sending = '1';
    setTimeout(function () { delete form.dataset.sending; }, 4000);
  });
  window.addEventListener('pageshow', function () {
    all('form[data-sending]').forEach(function (form) { delete form.dataset.sending; });
  });

  // ---- a long form outlives the session: kept in this tab while typing, put back after signing in again
  var kept = {
    prefix: 'keep:',
    key: function (form) { return kept.prefix + form.dataset.keep; },
    fields: function (form) {
      return Array.prototype.filter.call(form.elements, function (field) {
        return field.name && field.name !== '_csrf' && !field.hasAttribute('data-private') &&
          ['hidden', 'password', 'file', 'submit', 'button', 'reset', 'fieldset'].indexOf(field.type) < 0;
      });
    },
    save: function (form) {
      var values = kept.fields(form).map(function (field) {
        var ticks = field.type === 'checkbox' || field.type === 'radio';
        return [field.name, ticks ? field.value : null, ticks ? field.checked : field.value];
      });
      remember(sessionStorage, kept.key(form), JSON.stringify({ user: who, at: Date.now(), values: values }));
    },
    load: function (form) {
      try { return JSON.parse(recall(sessionStorage, kept.key(form))); } catch (e) { return null; }
    },
    restore: function (form) {
      var draft = kept.load(form), changed = 0;
      if (!draft || draft.user !== who || Date.now() - draft.at > 12 * 3600 * 1000) return;
      kept.fields(form).forEach(function (field, at) {
        var ticks = field.type === 'checkbox' || field.type === 'radio';
        var found = draft.values[at];
        if (!found || found[0] !== field.name) found = draft.values.filter(function (v) { return v[0] === field.name && (!ticks || v[1] === field.value); })[0];
        if (!found) return;
        if (ticks ? field.checked !== found[2] : field.value !== found[2]) {
          if (ticks) field.checked = found[2]; else field.value = found[2];
          changed += 1;
          field.dispatchEvent(new Event('input', { bubbles: true }));
        }
      });
      if (!changed) return;
      var told = notice('info', '已恢复上次填写、还没有提交的内容。');
      told.setAttribute('role', 'status');
      var undo = button('不要这些内容', function () { kept.drop(form.dataset.keep); location.reload(); });
      undo.classList.add('end');
      told.append(undo);
      form.before(told);
    },
    drop: function (key) { remember(sessionStorage, kept.prefix + key, null); }
  };
  var who = '';
  function keepForms() {
    var forms = all('form[data-keep]'), sent = recall(sessionStorage, 'kept-sent');
    var signedIn = document.body.dataset.user !== undefined, fault = document.body.dataset.fault !== undefined;
    if (sent) {
      // What was sent is done when the answer is a page of the system that no longer shows that form.
      var again = forms.some(function (form) { return form.dataset.keep === sent; });
      if (signedIn && !fault && (!again || document.querySelector('.notice.ok'))) kept.drop(sent);
      remember(sessionStorage, 'kept-sent', null);
    }
    forms.forEach(function (form) {
      if (!form.querySelector('.is-invalid') && !document.querySelector('.error-summary')) kept.restore(form);
      var timer;
      form.addEventListener('input', function (e) {
        if (!e.isTrusted) return;
        clearTimeout(timer);
        timer = setTimeout(function () { kept.save(form); }, 400);
      });
      form.addEventListener('submit', function () {
        clearTimeout(timer);
        kept.save(form);
        remember(sessionStorage, 'kept-sent', form.dataset.keep);
      });
    });
    all('form[action="/sign-out"]').forEach(function (form) {
      form.addEventListener('submit', function () { try { sessionStorage.clear(); } catch (e) { /* nothing kept */ } });
    });
  }

  // ---- two minutes before the session ends, say so
  function watchSession() {
    var idle = Number(document.body.dataset.idle), box = null;
    if (!idle) return;
    remember(localStorage, 'alive', String(Date.now()));
    setInterval(function () {
      var left = idle - (Date.now() - Number(recall(localStorage, 'alive') || 0)) / 1000;
      if (left > 120) { if (box) { box.remove(); box = null; } return; }
      if (!box) {
        box = notice('warn', '');
        box.classList.add('session-end');
        box.setAttribute('role', 'alert');
        box.append(button('继续使用', stayAlive));
        document.body.append(box);
      }
      var told = left > 60 ? '长时间没有操作，2 分钟内将自动退出。已填写的内容会保留。'
        : left > 0 ? '长时间没有操作，1 分钟内将自动退出。已填写的内容会保留。'
        : '已自动退出。请重新登录，填写的内容会恢复。';
      var text = box.querySelector('div');
      if (text.textContent !== told) text.textContent = told;
      if (left <= 0) {
        var stay = box.querySelector('button');
        if (stay) {
          var link = element('a', 'btn btn-sm btn-plain', '重新登录');
          link.href = '/';
          stay.replaceWith(link);
        }
      }
    }, 5000);
    function stayAlive() {
      fetch(document.body.dataset.alive || '/', { method: 'HEAD', credentials: 'same-origin', cache: 'no-store', redirect: 'manual' })
        .then(function (answer) { if (answer.ok) remember(localStorage, 'alive', String(Date.now())); else location.reload(); })
        .then(function () { if (box) { box.remove(); box = null; } })
        .catch(function () { box.querySelector('div').textContent = '连不上服务器，请检查网络后再点一次。'; });
    }
  }

  // ---- lists: tick all, count the ticked
  function batches() {
    all('form[data-batch]').forEach(function (form) {
      var every = form.querySelector('[data-all]'), rows = all('[data-row]', form);
      if (!every) return;
      function sync() {
        var n = rows.filter(function (row) {
          row.closest('tr').classList.toggle('sel', row.checked);
          return row.checked;
        }).length;
        every.checked = n > 0 && n === rows.length;
        every.indeterminate = n > 0 && n < rows.length;
        all('[data-n]', form).forEach(function (slot) { slot.textContent = String(n); });
        all('[data-need]', form).forEach(function (need) { need.disabled = n === 0; });
      }
      every.addEventListener('change', function () {
        rows.forEach(function (row) { row.checked = every.checked; });
        sync();
      });
      rows.forEach(function (row) { row.addEventListener('change', sync); });
      sync();
      window.addEventListener('pageshow', sync);
    });
  }

  // ---- the permission tree: whatever is ticked brings 查看 along; all of a row or a group at once
  function trees() {
    all('[data-tree]').forEach(function (tree) {
      function boxes(part) { return all('input[name="permission"]:not(:disabled)', part); }
      function part(every) { return every.closest(every.dataset.treeAll === 'row' ? 'tr' : 'tbody'); }
      function sync() {
        all('[data-tree-all]', tree).forEach(function (every) {
          var own = boxes(part(every)), ticked = own.filter(function (box) { return box.checked; }).length;
          every.disabled = own.length === 0;
          every.checked = ticked > 0 && ticked === own.length;
          every.indeterminate = ticked > 0 && ticked < own.length;
        });
      }
      tree.addEventListener('change', function (e) {
        if (e.target.dataset.treeAll) {
          boxes(part(e.target)).forEach(function (box) { box.checked = e.target.checked; });
        } else {
          var row = e.target.closest('tr'), view = row.querySelector('[data-tree-view]');
          if (e.target === view && !view.checked) boxes(row).forEach(function (box) { box.checked = false; });
          else if (view && !view.disabled && e.target.checked) view.checked = true;
        }
        sync();
      });
      tree.addEventListener('input', function (e) { if (!e.target.dataset.treeAll) sync(); }); // a draft put back
      sync();
    });
  }

  // ---- a table that goes on behind its fixed last column shows a line there
  function cutTables() {
    var boxes = all('.table-responsive');
    function look(box) { box.classList.toggle('cut', box.scrollLeft + box.clientWidth < box.scrollWidth - 1); }
    boxes.forEach(function (box) {
      look(box);
      box.addEventListener('scroll', function () { look(box); }, { passive: true });
    });
    window.addEventListener('resize', function () { boxes.forEach(look); });
  }

  // ---- evidence: choose, zoom and turn by classes
  function viewers() {
    all('.evidence').forEach(function (box) {
      var thumbs = all('.thumbs a', box), figures = all('figure', box);
      if (!figures.length) return;
      function show(at) {
        figures.forEach(function (figure, i) { figure.classList.toggle('shown', i === at); });
        thumbs.forEach(function (thumb, i) {
          if (i === at) thumb.setAttribute('aria-current', 'true'); else thumb.removeAttribute('aria-current');
        });
      }
      thumbs.forEach(function (thumb, i) {
        thumb.addEventListener('click', function (e) {
          if (e.ctrlKey || e.metaKey || e.shiftKey) return;
          e.preventDefault();
          show(i);
        });
      });
      show(0);
    });
    all('.viewer figure').forEach(function (figure) {
      var stage = figure.querySelector('.stage'), zoom = 1, turn = 0;
      all('[data-view]', figure).forEach(function (control) {
        control.addEventListener('click', function () {
          stage.classList.remove('zoom-' + zoom, 'turn-' + turn);
          if (control.dataset.view === 'turn') turn = (turn + 90) % 360;
          else zoom = Math.min(5, Math.max(0, zoom + (control.dataset.view === 'in' ? 1 : -1)));
          stage.classList.add('zoom-' + zoom, 'turn-' + turn);
        });
      });
    });
  }

  // ---- keys: J next, K previous, on pages that have such links
  document.addEventListener('keydown', function (e) {
    if (e.ctrlKey || e.metaKey || e.altKey || e.isComposing || e.target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(e.target.tagName)) return;
    if (document.querySelector('.modal.show, .offcanvas.show, [data-keys]')) return; // keys.js has its own
    var rel = { j: 'next', k: 'prev' }[e.key.toLowerCase()];
    var link = rel && document.querySelector('.main a[rel="' + rel + '"]');
    if (link) link.click();
  });

  // ---- a dialog opened from a drawer: close the drawer first, as their focus traps fight, and open it again after
  var behind = null;
  document.addEventListener('show.bs.modal', function () {
    var drawer = document.querySelector('.drawer.show');
    if (drawer) { behind = drawer; window.bootstrap.Offcanvas.getInstance(drawer).hide(); }
  });
  document.addEventListener('shown.bs.modal', function (e) {
    var first = e.target.querySelector('[autofocus], textarea');
    if (first) first.focus();
  });
  document.addEventListener('hidden.bs.modal', function () {
    if (behind) { window.bootstrap.Offcanvas.getOrCreateInstance(behind).show(); behind = null; }
  });

  // ---- the unit picker: a text box of a unit's name becomes a list that the server fills as one types
  var picking = {};
  function bring(tag, address, then) { // a script or style of ours, once
    if (!picking[address]) {
      picking[address] = new Promise(function (done, failed) {
        var made = element(tag);
        if (tag === 'script') made.src = address; else { made.rel = 'stylesheet'; made.href = address; }
        made.onload = done; made.onerror = failed;
        document.head.append(made);
      });
    }
    return picking[address].then(then);
  }
  function pickers() {
    all('input[data-picker]').forEach(function (box) {
      bring('link', box.dataset.style);
      bring('script', box.dataset.script, function () { pick(box); }).catch(function () { /* the plain box stays */ });
    });
  }
  function pick(box) {
    var list = element('select', box.className.replace('form-control', 'form-select'));
    list.id = box.id;
    list.required = box.required;
    list.setAttribute('aria-describedby', box.getAttribute('aria-describedby') || '');
    if (box.getAttribute('aria-invalid')) list.setAttribute('aria-invalid', 'true');
    if (box.value) list.append(new Option(box.value, box.value, true, true)); else list.append(new Option('', '', true, true));
    box.removeAttribute('id');
    box.required = false;
    box.type = 'hidden';
    box.after(list);
    var found = null; // names of the last answer
    function line(unit) {
      var made = element('div', 'pick', unit.name);
      if (unit.note) made.append(element('small', '', unit.note));
      return made;
    }
    new window.TomSelect(list, {
      valueField: 'name', labelField: 'name', searchField: [], maxItems: 1, maxOptions: 30, preload: 'focus',
      placeholder: '输入后从列表中选择', loadThrottle: 200, selectOnTab: true,
      shouldLoad: function () { return true; },
      // the server has found them already; what is chosen stays an option, found or not
      score: function () { return function (unit) { return !found || found.indexOf(unit.name) >= 0 ? 1 : 0; }; },
      load: function (typed, show) {
        var self = this;
        fetch(box.dataset.picker + '&q=' + encodeURIComponent(typed), { credentials: 'same-origin' })
          .then(function (answer) { return answer.json(); })
          .then(function (units) { found = units.map(function (unit) { return unit.name; }); self.clearOptions(function (option) { return self.items.indexOf(option.name) >= 0; }); show(units); })
          .catch(function () { show(); });
      },
      onChange: function (name) { box.value = name; box.dispatchEvent(new Event('input', { bubbles: true })); },
      render: {
        option: line,
        item: function (unit) { return element('div', '', unit.name); },
        no_results: function () { return element('div', 'no-results', '没有符合的单位，请换一个词试试。'); },
        loading: function () { return element('div', 'no-results', '正在查找…'); }
      }
    });
  }

  // the errors on top stand in the order of their fields
  function inOrder(summary) {
    var lines = all('li', summary).map(function (line) {
      return { line: line, field: document.getElementById(decodeURIComponent(line.firstChild.hash.slice(1))) };
    });
    lines.sort(function (a, b) {
      return a.field && b.field && a.field.compareDocumentPosition(b.field) & Node.DOCUMENT_POSITION_PRECEDING ? 1 : -1;
    }).forEach(function (one) { one.line.parentNode.append(one.line); });
  }

  function fieldHelp() {
    all('textarea[maxlength]').forEach(function (box) {
      var out = document.getElementById(box.id + '-n');
      if (!out) return;
      function count() { out.textContent = Array.from(box.value).length + '/' + box.maxLength; }
      box.addEventListener('input', count);
      count();
    });
    all('input[type="file"][data-limit]').forEach(function (box) {
      box.addEventListener('change', function () {
        var limit = Number(box.dataset.limit);
        var big = Array.prototype.filter.call(box.files, function (file) { return file.size > limit; })[0];
        box.setCustomValidity(big ? '“' + big.name + '”超过 ' + Math.floor(limit / 1048576) + ' MB，请压缩后再选。' : '');
        if (big) box.reportValidity();
      });
    });
    all('[data-act="large"]').forEach(function (el) { el.setAttribute('aria-pressed', String(root.classList.contains('large'))); });
    var summary = document.querySelector('.error-summary');
    if (summary) inOrder(summary); // its autofocus attribute gives it the focus
    var opened = location.hash.length > 1 && document.getElementById(location.hash.slice(1));
    if (opened && opened.classList.contains('offcanvas')) window.bootstrap.Offcanvas.getOrCreateInstance(opened).show();
    if (opened && opened.classList.contains('modal')) window.bootstrap.Modal.getOrCreateInstance(opened).show();
  }

  // ---- a page that shows a running job looks again every few seconds; one with a bar moves the bar
  function reloading() {
    var every = Number(document.body.dataset.reload), place = document.querySelector('[data-progress]');
    if (every && place) setTimeout(function look() {
      fetch(place.dataset.progress, { credentials: 'same-origin', cache: 'no-store', redirect: 'manual' })
        .then(function (answer) { return answer.ok ? answer.json() : null; })
        .then(function (stage) {
          if (!stage || stage.what !== place.dataset.what) { location.reload(); return; }
          var bar = place.querySelector('progress');
          if (stage.total) { bar.max = stage.total; bar.value = stage.done; }
          place.querySelector('[role="status"]').textContent = stage.text;
          setTimeout(look, every * 500);
        })
        .catch(function () { setTimeout(look, every * 1000); }); // the server may be back in a moment
    }, every * 500);
    else if (every) setTimeout(function look() {
      if (document.querySelector('.modal.show') || document.hidden) setTimeout(look, every * 1000);
      else location.reload();
    }, every * 1000);
  }

  document.addEventListener('DOMContentLoaded', function () {
    who = document.body.dataset.user || '';
    fieldHelp();
    batches();
    cutTables();
    trees();
    viewers();
    keepForms();
    pickers();
    watchSession();
    reloading();
    var current = document.querySelector('.side [aria-current]'), side = document.querySelector('.side');
    if (current && side && current.offsetTop > side.clientHeight) side.scrollTop = current.offsetTop - side.clientHeight / 2;
  });
})();

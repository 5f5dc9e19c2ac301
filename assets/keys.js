// A review desk by keyboard: what can be pressed says so by aria-keyshortcuts. Nothing here decides at one key press: 通过 wants
// a second one, 驳回 and batches their dialog. Without this file the same buttons are pressed by Tab and Enter.
(function () {
  'use strict';
  var place = document.querySelector('[data-keys]');
  if (!place) return;
  var onList = place.dataset.keys === 'list', main = document.querySelector('.main') || document;
  function all(selector, within) { return Array.prototype.slice.call((within || document).querySelectorAll(selector)); }
  function typing(el) {
    if (el.isContentEditable || el.tagName === 'TEXTAREA' || el.tagName === 'SELECT') return true;
    return el.tagName === 'INPUT' && ['checkbox', 'radio', 'button', 'submit'].indexOf(el.type) < 0;
  }
  function shown(el) { return el && el.getClientRects().length > 0; }

  // ---- 通过 is armed by one key and pressed by the next
  var armed = null, told = document.querySelector('[data-armed]');
  function disarm() {
    if (!armed) return;
    armed.classList.remove('armed');
    if (told) told.textContent = '';
    armed = null;
  }
  function arm(button) {
    if (armed) { disarm(); button.form.requestSubmit(button); return; }
    button.focus();
    button.classList.add('armed');
    if (told) told.textContent = button.dataset.arms;
    armed = button;
    button.addEventListener('blur', disarm, { once: true });
  }

  // ---- rows of a list
  function rows() { return all('table.grid tbody tr', main); }
  function current() { var row = document.activeElement.closest && document.activeElement.closest('tbody tr'); return row && main.contains(row) ? row : null; }
  function move(by) {
    var list = rows(), at = list.indexOf(current()), to = list[at < 0 ? (by > 0 ? 0 : list.length - 1) : at + by];
    if (!to) return;
    to.tabIndex = -1;
    to.focus();
    to.scrollIntoView({ block: 'nearest' });
  }
  function act(title) { // the ticked rows by the batch button, else the row's own
    var ticked = all('[data-row]:checked').length, row = current(), press = null;
    if (ticked) press = all('.batch [data-need]').filter(function (one) { return one.textContent.trim() === '批量' + title; })[0];
    else if (row) press = all('.ops a, .ops button', row).filter(function (one) { return one.textContent.trim() === title; })[0];
    if (press) press.click();
    return !!press;
  }
  function listKey(key, e) {
    var row = current(), box;
    if (key === 'j' || key === 'arrowdown' && row) { move(1); return true; }
    if (key === 'k' || key === 'arrowup' && row) { move(-1); return true; }
    if (key === 'x' && row) { box = row.querySelector('[data-row]'); if (box) box.click(); return !!box; }
    if (key === '*') { box = document.querySelector('[data-all]'); if (box) box.click(); return !!box; }
    if (key === 'enter' && e.target === row && row) { row.querySelector('a').click(); return true; }
    if (key === 'a') return act('通过') || act('同意');
    if (key === 'r') return act('驳回');
    if (key === '/') { box = main.querySelector('input[name="q"]'); if (box) box.focus(); return !!box; }
    return false;
  }
  function caseKey(key) {
    var field;
    if (key === 'h') {
      field = place.querySelector('.field input, .field select');
      if (field) { field.focus(); if (field.select) field.select(); }
      return !!field;
    }
    var found = all('[aria-keyshortcuts="' + key.toUpperCase() + '"]').filter(shown)[0];
    if (!found || key === '?') return false;
    if (found.dataset.arms) arm(found); else found.click();
    return true;
  }

  // ---- a dialog that R opened begins at the common reasons, where a digit is a choice and not a letter
  var byKey = false;
  document.addEventListener('mousedown', function () { byKey = false; });
  document.addEventListener('shown.bs.modal', function (e) {
    var chip = e.target.querySelector('.chips button'), submit = e.target.querySelector('.modal-footer .btn-primary[type="submit"]');
    if (byKey && chip) chip.focus(); else if (byKey && submit) submit.focus();
    byKey = false;
  });
  function dialogKey(dialog, e) {
    var form = dialog.querySelector('form'), digit = /^(?:Digit|Numpad)([0-9])$/.exec(e.code), chips = all('.chips button', dialog), box;
    if (e.ctrlKey || e.metaKey) {
      if (e.key !== 'Enter' || !form) return false;
      form.requestSubmit();
      return true;
    }
    if (!digit || e.shiftKey || typing(e.target) && !e.altKey) return false;
    if (digit[1] === '0') { box = dialog.querySelector('textarea'); if (box) box.focus(); return !!box; }
    if (!chips[digit[1] - 1]) return false;
    chips[digit[1] - 1].click();
    return true;
  }

  document.addEventListener('keydown', function (e) {
    if (e.isComposing || e.repeat && !onList) return; // a key held down decides nothing
    var dialog = document.querySelector('.modal.show'), key = e.key.toLowerCase();
    if (dialog) {
      if (dialogKey(dialog, e)) e.preventDefault();
      return;
    }
    if (e.ctrlKey || e.metaKey || e.altKey || document.querySelector('.offcanvas.show, .dropdown-menu.show')) return;
    if (typing(e.target)) {
      var button = place.querySelector('[data-arms]');
      if (key === 'escape') e.target.blur();
      if (key === 'enter' && button && place.contains(e.target)) { e.preventDefault(); arm(button); }
      return;
    }
    if (key === 'escape' && armed) { armed.blur(); e.preventDefault(); return; }
    if (key === 'enter' && armed && e.target === armed) { disarm(); return; } // the button presses itself
    if (key !== 'a' && key !== 'shift') disarm();
    if (key === '?') {
      window.bootstrap.Modal.getOrCreateInstance(document.getElementById('keys')).show();
      e.preventDefault();
      return;
    }
    byKey = key === 'r' || key === 'a';
    if (onList ? listKey(key, e) : caseKey(key)) e.preventDefault();
  });
})();

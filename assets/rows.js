// A table of lines in a form ([data-rows]): lines are added, removed and moved without going to the server, the keyboard goes
// from line to line, and lines copied from a workbook are pasted. Without this file its buttons post the form.
(function () {
  'use strict';
  document.querySelectorAll('table[data-rows]').forEach(function (table) {
    var body = table.tBodies[0], form = table.closest('form'), most = 200;
    function rows() { return Array.prototype.slice.call(body.rows); }
    function boxes(row) { return Array.prototype.slice.call(row.querySelectorAll('input')); }

    // numbers, names and the buttons' values follow the order
    function renumber() {
      rows().forEach(function (row, at) {
        row.querySelector('[data-number]').textContent = String(at + 1);
        boxes(row).forEach(function (box) {
          box.id = box.name + '-' + (at + 1);
          box.setAttribute('aria-label', box.getAttribute('aria-label').replace(/第 \d+ 行/, '第 ' + (at + 1) + ' 行'));
        });
        row.querySelectorAll('button[name="act"]').forEach(function (button) {
          button.value = button.value.replace(/:\d+$/, ':' + at);
          button.setAttribute('aria-label', button.getAttribute('aria-label').replace(/第 \d+ 行/, '第 ' + (at + 1) + ' 行'));
        });
      });
      add();
    }
    function add() {
      var tenths = boxes(body).reduce(function (sum, box) {
        var hours = box.name === 'course_hours' ? Number(box.value.trim()) : 0;
        return sum + (hours > 0 && hours <= 2000 ? Math.round(hours * 10) : 0);
      }, 0);
      document.querySelectorAll('[data-sum]').forEach(function (slot) { slot.textContent = String(tenths / 10); });
    }
    function blank(after) {
      if (body.rows.length >= most) return null;
      var row = rows()[0].cloneNode(true);
      boxes(row).forEach(function (box) { box.value = ''; box.classList.remove('is-invalid'); });
      row.querySelectorAll('.red.small').forEach(function (told) { told.remove(); });
      var above = after || rows()[body.rows.length - 1];
      boxes(row)[0].value = boxes(above)[0].value; // goes on with the day above it
      above.after(row);
      return row;
    }
    function changed() { renumber(); form.dispatchEvent(new Event('input', { bubbles: true })); }

    form.addEventListener('click', function (e) {
      var button = e.target.closest('button[name="act"]');
      var asked = button && /^row-(add|insert|remove|up|down):(\d+)$/.exec(button.value);
      if (!asked) return;
      e.preventDefault();
      var row = button.closest('tr'), focus = null, n;
      if (asked[1] === 'add') {
        for (n = 0; n < Number(asked[2]); n += 1) focus = blank(null) || focus;
      } else if (asked[1] === 'insert') {
        focus = blank(row);
      } else if (asked[1] === 'remove') {
        focus = row.nextElementSibling || row.previousElementSibling;
        if (focus) row.remove(); else boxes(row).forEach(function (box) { box.value = ''; });
      } else if (asked[1] === 'up' && row.previousElementSibling) {
        row.previousElementSibling.before(row);
      } else if (asked[1] === 'down' && row.nextElementSibling) {
        row.nextElementSibling.after(row);
      }
      changed();
      if (focus) boxes(focus)[asked[1] === 'remove' ? 0 : 1].focus(); else button.focus();
    });

    body.addEventListener('keydown', function (e) {
      if (e.key !== 'Enter' || e.isComposing || e.target.tagName !== 'INPUT') return;
      e.preventDefault();
      var row = e.target.closest('tr'), at = boxes(row).indexOf(e.target), next = row.nextElementSibling;
      if (!next) { next = blank(row); changed(); }
      if (next) boxes(next)[at].focus();
    });

    body.addEventListener('paste', function (e) {
      var text = e.clipboardData && e.clipboardData.getData('text/plain');
      if (!text || !/[\t\n]/.test(text.replace(/\s+$/, ''))) return;
      e.preventDefault();
      var row = e.target.closest('tr'), first = boxes(row).indexOf(e.target);
      text.replace(/\r/g, '').replace(/\n+$/, '').split('\n').forEach(function (line, n) {
        if (n > 0) row = row && (row.nextElementSibling || blank(row));
        if (!row) return;
        var into = boxes(row);
        line.split('\t').forEach(function (cell, c) {
          var box = into[first + c];
          if (!box) return;
          cell = cell.trim();
          if (box.type === 'date') { // 2026/9/1, 2026.9.1, 2026年9月1日
            var day = /^(\d{4})\D+(\d{1,2})\D+(\d{1,2})\D*$/.exec(cell);
            cell = day ? day[1] + '-' + ('0' + day[2]).slice(-2) + '-' + ('0' + day[3]).slice(-2) : '';
          }
          box.value = cell;
        });
      });
      changed();
    });
    body.addEventListener('input', add);
    add();
  });
})();

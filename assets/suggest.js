// The suggested hours of a declaration ([data-suggest]): computed by the server's rules as he types; only what the kind's rules
// ask for is shown. Without this file the server computes them whenever the form is saved.
(function () {
  'use strict';
  var box = document.querySelector('[data-suggest]'), form = box && box.closest('form');
  if (!form) return;
  var names = ['year', 'category', 'kind', 'item', 'level', 'rank', 'quantity', 'started_on', 'ended_on', 'hours'];
  // by namedItem: elements.item is the collection's own method
  function field(name) { return form.elements.namedItem(name); }
  var hours = field('hours'), item = field('item'), every = Array.prototype.slice.call(item.options);
  var answer = box.querySelector('[data-answer]'), adopt = box.querySelector('[data-adopt]'), asked = '', timer, turn = 0;

  function element(name, className, text) {
    var made = document.createElement(name);
    if (className) made.className = className;
    made.textContent = text;
    return made;
  }
  function query() {
    var parts = names.map(function (name) { return name + '=' + encodeURIComponent(field(name) ? field(name).value : ''); });
    return parts.concat('id=' + encodeURIComponent(box.dataset.id)).join('&');
  }

  // 种类 of the chosen kind; what stands in none of them is dropped
  function offer(items) {
    var had = item.value, shown = [every[0]];
    items.forEach(function (text) { shown.push(new Option(text, text, false, text === had)); });
    item.replaceChildren.apply(item, shown);
    item.value = items.indexOf(had) >= 0 ? had : '';
    return item.value !== had;
  }
  function show(name, wanted) {
    var part = form.querySelector('[data-ask="' + name + '"]'), box = field(name);
    // what is filled in is never hidden from him
    if (part) part.hidden = !wanted && !(box && box.value);
  }
  function follow(asks) {
    var dropped = offer(asks.items);
    show('item', asks.items.length > 0);
    show('level', asks.level);
    show('rank', asks.rank);
    show('quantity', asks.quantity !== '');
    var label = form.querySelector('label[for="quantity"]');
    if (label) label.textContent = asks.quantity || '数量';
    return dropped;
  }
  function draw(made) {
    var first = element('p', 'mb-1', ''), lines;
    first.append(element('strong', 'rule-hours', made.hours ? '建议 ' + made.hours + ' 学时' : '暂时不能计算建议学时'));
    if (made.most && made.most !== made.hours) first.append(element('span', 'muted', '　按规则最多 ' + made.most + ' 学时'));
    var parts = [first, element('p', 'mb-1', made.text)];
    if (made.sentences.length) {
      lines = element('ul', 'hint mb-0', '');
      made.sentences.forEach(function (one) { lines.append(element('li', '', one)); });
      parts.push(lines);
    }
    if (made.warning) parts.push(element('p', 'red mb-0', made.warning));
    answer.replaceChildren.apply(answer, parts);
    adopt.hidden = !made.hours || made.hours === '0' || made.hours === hours.value.trim();
    adopt.dataset.hours = made.hours;
  }
  function ask(force) {
    var now = query(), mine;
    if (now === asked && !force) return;
    asked = now;
    turn += 1;
    mine = turn;
    if (!field('kind').value) { follow({ items: [], level: false, rank: false, quantity: '' }); return; }
    fetch(box.dataset.suggest + '?' + now, { credentials: 'same-origin' })
      .then(function (got) { if (!got.ok) throw new Error(); return got.json(); })
      .then(function (got) {
        if (mine !== turn) return; // he has typed on
        if (follow(got.asks)) ask(); else draw(got.answer);
      })
      .catch(function () { asked = ''; }); // what stands there stays; the next key asks again
  }
  function later(e) {
    if (names.indexOf(e.target.name) < 0) return;
    clearTimeout(timer);
    timer = setTimeout(ask, 250);
  }
  form.addEventListener('input', later);
  form.addEventListener('change', later);
  adopt.addEventListener('click', function (e) {
    if (!adopt.dataset.hours) return;
    e.preventDefault();
    hours.value = adopt.dataset.hours;
    hours.dispatchEvent(new Event('input', { bubbles: true }));
    hours.focus();
  });
  ask(true);
})();

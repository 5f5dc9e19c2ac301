// The evidence of a declaration ([data-evidence]): the slots follow the chosen kind of learning, and what is still missing is
// said at once. Without this file the slots are those of the kind as saved.
(function () {
  'use strict';
  var part = document.querySelector('[data-evidence]'), chosen = document.querySelector('select[name="kind"]');
  if (!part || !chosen) return;
  var lacking = part.querySelector('[data-lacking]'), said = lacking.textContent;
  function all(selector, within) { return Array.prototype.slice.call((within || part).querySelectorAll(selector)); }
  function slots() { return all('fieldset[data-kind="' + chosen.value + '"] [data-slot]'); }

  // what is uploaded may be put into the slots of the kind; what has none of them is 其他材料
  function offer() {
    all('[data-slot-of]').forEach(function (box) {
      var had = box.value, now = slots().map(function (slot) { return [slot.dataset.slot, slot.dataset.label]; });
      box.replaceChildren();
      now.concat([['', '其他材料']]).forEach(function (one) { box.append(new Option(one[1], one[0], false, one[0] === had)); });
      if (box.value !== had) box.value = '';
    });
  }
  function missing() {
    var there = {}, groups = {};
    all('[data-slot-of]').forEach(function (box) { there[box.value] = true; });
    slots().forEach(function (slot) { if (slot.querySelector('input').files.length) there[slot.dataset.slot] = true; });
    slots().forEach(function (slot) {
      if (slot.dataset.need === 'one' && there[slot.dataset.slot]) groups[slot.dataset.group] = 'filled';
    });
    var labels = [];
    slots().forEach(function (slot) {
      var group = slot.dataset.group;
      if (slot.dataset.need === 'required' && !there[slot.dataset.slot]) labels.push(slot.dataset.label);
      if (slot.dataset.need === 'one' && !groups[group]) {
        groups[group] = 'named';
        labels.push(slots().filter(function (one) { return one.dataset.group === group; }).map(function (one) { return one.dataset.label; }).join('或'));
      }
    });
    return labels;
  }
  function tell() {
    var labels = missing(), line = document.createElement('span'), icon = document.createElement('i'), text;
    if (!chosen.value) text = '选择学习形式后，这里列出需要的材料。';
    else if (labels.length) text = '还缺：' + labels.join('、');
    else if (slots().length) text = '必需的材料已齐全';
    else text = '这种学习形式没有规定材料，请上传能证明学习的材料。';
    if (text === said) return;
    said = text;
    line.className = labels.length ? 'orange' : slots().length ? 'green' : '';
    icon.className = 'icon i-' + (labels.length ? 'warn' : 'ok');
    icon.setAttribute('aria-hidden', 'true');
    if (line.className) line.append(icon, ' ');
    line.append(text);
    lacking.replaceChildren(line);
  }
  function follow() {
    all('fieldset[data-kind]').forEach(function (set) { set.hidden = set.disabled = set.dataset.kind !== chosen.value; });
    offer();
    tell();
  }
  chosen.addEventListener('change', follow);
  chosen.addEventListener('input', follow); // a draft put back
  part.addEventListener('change', tell);
  part.addEventListener('input', tell); // a draft put back
  follow();
})();

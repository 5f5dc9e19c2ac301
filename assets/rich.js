// The editor of formatted text (field kind "rich"): makes a toolbar and an editable box of a <textarea>, which stays what
// is posted. The server sanitizes by itself; tidying here is only so that what one sees is what will be kept.
(function () {
  'use strict';
  var BLOCKS = /^(P|H3|H4|UL|OL|LI|BLOCKQUOTE|TABLE|CAPTION|THEAD|TBODY|TFOOT|TR|TD|TH)$/;
  var INLINE = /^(STRONG|EM|U|A|BR)$/;
  var SAME = { B: 'STRONG', I: 'EM', H1: 'H3', H2: 'H3', H5: 'H4', H6: 'H4', DIV: 'P', CENTER: 'P', SECTION: 'P', ARTICLE: 'P' };
  var DROPPED = /^(SCRIPT|STYLE|META|LINK|TITLE|XML|TEMPLATE|IFRAME|OBJECT|NOSCRIPT|SVG|SELECT|TEXTAREA|BUTTON|INPUT)$/i;
  var HAS_BLOCKS = 'p,div,h1,h2,h3,h4,h5,h6,ul,ol,table,blockquote,section,article';

  // ---- tidying: what comes from Word, a page or an old notice becomes the few tags that are kept
  function tidied(html) {
    // set aside before parsing, or the browser reports each of them against our policy
    var quiet = html.replace(/<style[\s\S]*?<\/style>/gi, '').replace(/<[^>]+>/g, function (tag) { return tag.replace(/\s(style|on[a-z]+)\s*=/gi, ' data-$1='); });
    return tidy(new DOMParser().parseFromString(quiet, 'text/html').body); // inert: nothing in it runs or loads
  }
  function tidy(from) {
    var to = document.createElement('div');
    copy(from, to);
    var loose = null; // words beside the blocks become paragraphs of their own
    Array.prototype.slice.call(to.childNodes).forEach(function (node) {
      if (isBlock(node)) { loose = null; return; }
      if (!loose) { loose = document.createElement('p'); node.before(loose); }
      loose.append(node);
    });
    all('p', to).forEach(function (p) { if (!p.textContent.trim()) p.remove(); });
    return to;
  }
  function all(selector, within) { return Array.prototype.slice.call(within.querySelectorAll(selector)); }
  function copy(from, to) {
    Array.prototype.forEach.call(from.childNodes, function (node) {
      if (node.nodeType === 3) text(node, to);
      else if (node.nodeType === 1) element(node, to);
    });
  }
  // Blanks between blocks are how the source was written, not what it says.
  function text(node, to) {
    var value = node.nodeValue.replace(/[\t\r\n ]+/g, ' ');
    var between = [node.previousSibling, node.nextSibling].some(function (next) { return next && isBlock(next); });
    if (value === ' ' && (between || /^(DIV|UL|OL|TABLE|THEAD|TBODY|TFOOT|TR)$/.test(to.nodeName))) return;
    to.append(value);
  }
  function isBlock(node) { return BLOCKS.test(SAME[node.nodeName] || node.nodeName); }
  function element(node, to) {
    var name = SAME[node.nodeName] || node.nodeName, style = styleOf(node);
    if (DROPPED.test(name)) return;
    if (/mso-list:\s*ignore/i.test(style)) { // what Word drew before a line: a bullet goes, a number stays as text
      if (!isBullet(node)) to.append(node.textContent.replace(/\s+/g, ''));
      return;
    }
    if (name === 'P' && /mso-list:/i.test(style) && isBullet(marker(node))) return bullet(node, to);
    if (name === 'P' && (node.querySelector(HAS_BLOCKS) || node.nodeName === 'DIV' && /^(TD|TH|LI)$/.test(to.nodeName))) return copy(node, to);
    if (!BLOCKS.test(name) && !INLINE.test(name)) {
      var bold = /font-weight:\s*(bold|[6-9]00)/i.test(style) && !/^(STRONG|H3|H4|TH)$/.test(to.nodeName);
      return bold ? add(document.createElement('strong'), node, to) : copy(node, to);
    }
    var made = document.createElement(name.toLowerCase());
    if (name === 'A') {
      var href = address(node.getAttribute('href') || '');
      if (!href) return copy(node, to);
      made.setAttribute('href', href);
    }
    if (name === 'TD' || name === 'TH') ['colspan', 'rowspan'].forEach(function (key) {
      var n = Number(node.getAttribute(key));
      if (n > 1 && n <= 50) made.setAttribute(key, String(n));
    });
    add(made, node, to);
  }
  // With what is in the node; nothing that says nothing.
  function add(made, node, to) {
    copy(node, made);
    if (/^(P|H3|H4|LI|UL|OL|STRONG|EM|U|A|BLOCKQUOTE)$/.test(made.nodeName) && !made.textContent.trim() && !made.querySelector('table')) return;
    to.append(made);
  }
  function styleOf(node) { return node ? node.getAttribute('data-style') || node.getAttribute('style') || '' : ''; }
  function marker(node) {
    return all('span', node).filter(function (span) { return /mso-list:\s*ignore/i.test(styleOf(span)); })[0];
  }
  function isBullet(mark) {
    return Boolean(mark) && (/wingdings|symbol/i.test(styleOf(mark)) || /^\s*(o|[^\p{L}\p{N}]+)\s*$/u.test(mark.textContent));
  }
  function bullet(node, to) {
    var list = to.lastElementChild;
    if (!list || list.nodeName !== 'UL') list = to.appendChild(document.createElement('ul'));
    copy(node, list.appendChild(document.createElement('li')));
  }
  // The same rule as the server's: the web, a mailbox, or a path of ours.
  function address(typed) {
    var href = typed.trim();
    if (/[\s\\\u0000-\u001f]/.test(href)) return '';
    return /^(https?:\/\/|mailto:|\/(?!\/))/i.test(href) ? href : '';
  }

  // ---- the editor
  var TOOLS = [
    ['bold', '加粗', 'Ctrl+B', function (ed) { ed.run('bold'); }],
    ['heading', '小标题', '', function (ed) { ed.run('formatBlock', ed.inside('H3') ? 'P' : 'H3'); }],
    ['bullets', '项目符号', '', function (ed) { ed.run('insertUnorderedList'); }],
    ['numbers', '编号', '', function (ed) { ed.run('insertOrderedList'); }],
    ['link', '链接', 'Ctrl+K', function (ed) { ed.askLink(); }],
    ['remove', '清除格式', '', function (ed) { ed.run('removeFormat'); ed.run('unlink'); ed.run('formatBlock', 'P'); }]
  ];

  function Editor(box) {
    var self = this, source = box.querySelector('textarea'), form = source.form;
    self.source = source;
    self.format = box.querySelector('input[type="hidden"]');
    self.area = document.createElement('div');
    self.area.className = source.className + ' rich-area rich-text';
    self.area.contentEditable = 'true';
    self.area.setAttribute('role', 'textbox');
    self.area.setAttribute('aria-multiline', 'true');
    if (source.required) self.area.setAttribute('aria-required', 'true');
    ['aria-describedby', 'aria-invalid'].forEach(function (key) {
      if (source.getAttribute(key)) self.area.setAttribute(key, source.getAttribute(key));
    });
    var label = document.querySelector('label[for="' + source.id + '"]');
    self.area.id = source.id; // links to an error lead to what one sees
    source.id += '-source';
    source.required = false;
    source.hidden = true;
    if (label) {
      label.id = self.area.id + '-l';
      label.removeAttribute('for');
      self.area.setAttribute('aria-labelledby', label.id);
      label.addEventListener('click', function () { self.area.focus(); });
    }
    self.show(box.dataset.html || '');
    self.format.value = 'html';
    self.bar = toolbar(self);
    self.linkRow = linkRow(self);
    source.before(self.bar, self.linkRow, self.area);
    self.area.addEventListener('input', function () { self.keep(); self.mark(); });
    self.area.addEventListener('paste', function (e) { self.paste(e); });
    self.area.addEventListener('drop', function (e) { e.preventDefault(); });
    self.area.addEventListener('keydown', function (e) {
      if ((e.ctrlKey || e.metaKey) && e.key.toLowerCase() === 'k') { e.preventDefault(); self.askLink(); }
    });
    document.addEventListener('selectionchange', function () { self.mark(); });
    source.addEventListener('input', function () { self.show(source.value); }); // a kept draft is put back
    if (form) form.addEventListener('submit', function () { self.keep(); }, true);
    try { document.execCommand('defaultParagraphSeparator', false, 'p'); document.execCommand('styleWithCSS', false, false); } catch (e) { /* an old browser */ }
  }
  Editor.prototype.show = function (html) {
    this.area.replaceChildren.apply(this.area, tidied(html).childNodes);
    if (!this.area.textContent.trim() && !this.area.querySelector('table')) this.area.innerHTML = '<p><br></p>';
    this.keep();
  };
  // What is posted: the tidied HTML; nothing if nothing is written.
  Editor.prototype.keep = function () {
    var kept = tidy(this.area);
    this.source.value = kept.textContent.trim() ? kept.innerHTML : '';
  };
  Editor.prototype.run = function (command, value) {
    this.area.focus();
    var selection = document.getSelection(), at = selection.anchorNode, offset = selection.anchorOffset, still = selection.isCollapsed;
    var words = at && at.nodeType === 3 ? at.nodeValue : '';
    document.execCommand(command, false, value === undefined ? null : value);
    // making a list, Chromium puts the caret before the line it stood in
    at = selection.anchorNode;
    if (still && words && at && at.nodeValue === words) selection.collapse(at, offset);
    this.keep();
    this.mark();
  };
  // The nearest such element around the caret.
  Editor.prototype.inside = function (name) {
    var at = document.getSelection().anchorNode;
    while (at && at !== this.area) {
      if (at.nodeName === name) return at;
      at = at.parentNode;
    }
    return null;
  };
  Editor.prototype.mark = function () {
    var selection = document.getSelection(), self = this;
    if (!selection.anchorNode || !this.area.contains(selection.anchorNode)) return;
    var on = {
      bold: document.queryCommandState('bold'), heading: self.inside('H3'),
      bullets: self.inside('UL'), numbers: self.inside('OL'), link: self.inside('A')
    };
    Array.prototype.forEach.call(self.bar.children, function (tool) {
      if (tool.dataset.tool in on) tool.setAttribute('aria-pressed', String(Boolean(on[tool.dataset.tool])));
    });
  };
  Editor.prototype.paste = function (e) {
    var data = e.clipboardData, html = data && data.getData('text/html'), text = data && data.getData('text/plain');
    if (!html && !text) return;
    e.preventDefault();
    var clean = html ? tidied(html).innerHTML : '';
    // one paragraph is pasted into the line, not as a new one
    var only = clean.match(/^\s*<p>((?:(?!<\/?p>)[\s\S])*)<\/p>\s*$/);
    if (only && only[1].indexOf('<') < 0) { text = tidied(html).textContent; clean = ''; }
    if (clean.trim()) document.execCommand('insertHTML', false, only ? only[1] : clean);
    else document.execCommand('insertText', false, text.replace(/\r\n?/g, '\n').replace(/\n\s*\n/g, '\n'));
    this.keep();
  };
  Editor.prototype.askLink = function () {
    var selection = document.getSelection(), link = this.inside('A');
    if (link) { // the whole link, so that it is changed and not split
      var range = document.createRange();
      range.selectNodeContents(link);
      selection.removeAllRanges();
      selection.addRange(range);
    }
    this.range = selection.rangeCount && this.area.contains(selection.anchorNode) ? selection.getRangeAt(0).cloneRange() : null;
    this.linkRow.hidden = false;
    var input = this.linkRow.querySelector('input');
    input.value = link ? link.getAttribute('href') : 'https://';
    input.focus();
    input.select();
  };
  Editor.prototype.setLink = function (typed) {
    var href = address(typed), input = this.linkRow.querySelector('input');
    if (typed.trim() && typed.trim() !== 'https://' && !href) {
      input.setCustomValidity('请填写以 http://、https:// 或 mailto: 开头的网址，或本系统以 / 开头的地址。');
      input.reportValidity();
      return;
    }
    this.closeLink();
    if (!href) { this.run('unlink'); return; }
    var selection = document.getSelection();
    if (selection.isCollapsed) { // nothing to make a link of: the address itself
      document.execCommand('insertText', false, href);
      selection.setBaseAndExtent(selection.focusNode, selection.focusOffset - href.length, selection.focusNode, selection.focusOffset);
    }
    document.execCommand('createLink', false, href);
    selection.collapseToEnd();
    this.keep();
  };
  Editor.prototype.closeLink = function () {
    this.linkRow.hidden = true;
    this.area.focus();
    if (!this.range) return;
    var selection = document.getSelection();
    selection.removeAllRanges();
    selection.addRange(this.range);
  };

  function button(className, text, act) {
    var made = document.createElement('button');
    made.type = 'button';
    made.className = className;
    made.textContent = text;
    made.addEventListener('mousedown', function (e) { e.preventDefault(); }); // the selection stays
    made.addEventListener('click', act);
    return made;
  }
  // One stop for Tab, the arrows go from tool to tool (WAI-ARIA toolbar).
  function toolbar(editor) {
    var bar = document.createElement('div');
    bar.className = 'rich-bar';
    bar.setAttribute('role', 'toolbar');
    bar.setAttribute('aria-label', '文字格式');
    bar.setAttribute('aria-controls', editor.area.id);
    TOOLS.forEach(function (tool, at) {
      var made = button('btn btn-sm btn-plain', '', function () { tool[3](editor); }), icon = document.createElement('i');
      icon.className = 'icon i-' + tool[0];
      icon.setAttribute('aria-hidden', 'true');
      made.append(icon, ' ' + tool[1]);
      if (tool[2]) made.title = tool[1] + '（' + tool[2] + '）';
      if (tool[0] !== 'remove') made.setAttribute('aria-pressed', 'false');
      made.dataset.tool = tool[0];
      made.tabIndex = at === 0 ? 0 : -1;
      bar.append(made);
    });
    bar.addEventListener('keydown', function (e) {
      var step = { ArrowRight: 1, ArrowLeft: -1 }[e.key], tools = Array.prototype.slice.call(bar.children);
      var at = tools.indexOf(document.activeElement);
      if (!step || at < 0) return;
      e.preventDefault();
      var next = tools[(at + step + tools.length) % tools.length];
      tools.forEach(function (tool) { tool.tabIndex = tool === next ? 0 : -1; });
      next.focus();
    });
    return bar;
  }
  function linkRow(editor) {
    var row = document.createElement('div'), label = document.createElement('label'), input = document.createElement('input');
    row.className = 'rich-link';
    row.hidden = true;
    label.className = 'form-label mb-0';
    label.textContent = '链接地址';
    label.htmlFor = input.id = editor.area.id + '-link';
    input.className = 'form-control';
    input.type = 'text';
    input.inputMode = 'url';
    input.maxLength = 500;
    input.autocomplete = 'off';
    input.addEventListener('input', function (e) { input.setCustomValidity(''); e.stopPropagation(); });
    row.addEventListener('keydown', function (e) {
      if (e.key === 'Enter' && e.target === input) { e.preventDefault(); editor.setLink(input.value); }
      if (e.key === 'Escape') { e.preventDefault(); editor.closeLink(); }
    });
    row.append(
      label, input,
      button('btn btn-sm btn-primary', '确定', function () { editor.setLink(input.value); }),
      button('btn btn-sm btn-plain', '取消链接', function () { editor.setLink(''); }),
      button('btn btn-sm btn-plain', '关闭', function () { editor.closeLink(); })
    );
    return row;
  }

  all('[data-rich]', document).forEach(function (box) {
    if (box.dataset.rich === 'made') return;
    box.dataset.rich = 'made';
    new Editor(box);
  });
})();

/**
 * Script of the page: shows what the mark nearest to the pointer stands for. Marks say it in their `aria-label`, so
 * without scripts nothing is lost but the tip. Text goes in as text, never as HTML.
 */
export const pageScript = `
'use strict';
(() => {
  const reach = 28;
  const tip = document.getElementById('tip');
  let near = null;
  const marksOf = new Map();
  const collect = (figure) => {
    const marks = [...figure.querySelectorAll('[role="graphics-symbol"][aria-label]')]
      .filter((mark) => mark.localName === 'path' && mark.getAttribute('aria-label').includes('; '));
    marksOf.set(figure, marks);
    return marks;
  };
  const distance = (mark, x, y) => {
    const box = mark.getBoundingClientRect();
    return Math.hypot(Math.max(box.left - x, 0, x - box.right), Math.max(box.top - y, 0, y - box.bottom));
  };
  const hide = () => {
    if (near !== null) near.removeAttribute('data-near');
    near = null;
    tip.hidden = true;
  };
  const show = (mark, x, y) => {
    if (mark !== near) {
      hide();
      near = mark;
      mark.setAttribute('data-near', '');
      tip.replaceChildren(...mark.getAttribute('aria-label').split('; ').map((line) => {
        const row = document.createElement('div');
        row.textContent = line;
        return row;
      }));
      tip.hidden = false;
    }
    const { width, height } = tip.getBoundingClientRect();
    tip.style.left = Math.max(4, x + 16 + width > innerWidth ? x - 16 - width : x + 16) + 'px';
    tip.style.top = Math.max(4, y + 16 + height > innerHeight ? y - 16 - height : y + 16) + 'px';
  };
  for (const figure of document.querySelectorAll('figure')) {
    figure.addEventListener('pointermove', ({ clientX, clientY }) => {
      let best = null;
      let least = reach;
      for (const mark of marksOf.get(figure) ?? collect(figure)) {
        const away = distance(mark, clientX, clientY);
        if (away < least) [best, least] = [mark, away];
      }
      if (best === null) hide();
      else show(best, clientX, clientY);
    });
    figure.addEventListener('pointerleave', hide);
  }
})();
`;

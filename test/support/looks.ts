/** What a reader's eye would stumble over, measured on the page. Each function returns sentences; none is good. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type * as Axe from 'axe-core';
import type { Frame, Page } from 'playwright';

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** Faults of the accessibility rules; `rules` limits the search where only colours have changed. */
export async function axeFaults(page: Page | Frame, rules?: readonly string[]): Promise<string[]> {
  // Evaluated and not added as a script: the page's policy forbids scripts that are not its own, and shall.
  // A document that has it keeps it: half a megabyte is read once and not for every look.
  if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(axeSource);
  return page.evaluate(async (only) => {
    const { axe } = window as unknown as { axe: typeof Axe };
    const options = only ? { runOnly: { type: 'rule' as const, values: [...only] } } : {};
    const { violations } = await axe.run(document, { ...options, resultTypes: ['violations'] });
    return violations.flatMap((fault) =>
      fault.nodes.map(
        (node) => `${fault.id}: ${node.target.join(' ')} (${node.any[0]?.message ?? fault.help})`,
      ),
    );
  }, rules);
}

/** A face as wide as those of many Linux desktops: a sixth wider than what the drafts were made with. */
export const wideFont = "'DejaVu Sans', Verdana, sans-serif";

/** Set before the page measures its first word. */
export async function useFont(page: Page, family: string): Promise<void> {
  await page.addInitScript((font) => {
    document.addEventListener('readystatechange', () =>
      document.documentElement.style.setProperty('--font', font),
    );
  }, family);
}

/** After a change of size: until two pictures in a row are the same. */
export async function settled(page: Page): Promise<void> {
  await page.evaluate(async () => {
    const frame = () => new Promise(requestAnimationFrame);
    const picture = () =>
      [...document.querySelectorAll('svg text, h1, h2, button')]
        .map((node) => {
          const { x, y, width } = node.getBoundingClientRect();
          return `${Math.round(x)} ${Math.round(y)} ${Math.round(width)}`;
        })
        .join();
    let before = '';
    for (let i = 0; i < 60; i++) {
      await frame();
      const now = picture();
      if (now === before) return;
      before = now;
    }
  });
}

/** Sideways scroll, small type, words over words, words cut off. */
export async function lookFaults(page: Page): Promise<string[]> {
  await settled(page);
  return page.evaluate(() => {
    const LEAST_PX = 11;
    const faults: string[] = [];
    const root = document.documentElement;
    if (root.scrollWidth > innerWidth)
      faults.push(`the page is ${root.scrollWidth} wide, the window ${innerWidth}`);

    const short = (text: string) => text.replace(/\s+/g, ' ').trim().slice(0, 60);
    const hidden = (node: Element) =>
      node.closest('.sr') !== null ||
      !node.checkVisibility({ visibilityProperty: true, opacityProperty: true });
    const ownText = (node: Element) =>
      [...node.childNodes]
        .filter((child) => child.nodeType === Node.TEXT_NODE)
        .map((child) => child.textContent ?? '')
        .join('')
        .trim();
    const speaking = [...document.body.querySelectorAll('*')].filter(
      (node) => ownText(node) !== '' && !['SCRIPT', 'STYLE', 'TITLE'].includes(node.tagName) && !hidden(node),
    );

    for (const node of speaking) {
      const style = getComputedStyle(node);
      const px = parseFloat(style.fontSize);
      if (px < LEAST_PX) faults.push(`${px} px: "${short(ownText(node))}"`);
      const clips = /hidden|clip/.test(style.overflowX);
      if (clips && node.scrollWidth > node.clientWidth + 1 && !(node instanceof HTMLTextAreaElement))
        faults.push(
          `cut off: "${short(node.textContent ?? '')}" (${node.clientWidth} of ${node.scrollWidth})`,
        );
    }

    type Box = { text: string; rect: DOMRect; owner: Element };
    const boxes: Box[] = [];
    for (const node of document.querySelectorAll('svg text, h1, h2, figure .vm')) {
      if (hidden(node) || (node.textContent ?? '').trim() === '') continue;
      const rect = node.getBoundingClientRect();
      if (rect.width === 0) continue;
      const text = short(node.textContent ?? '');
      if (rect.left < -1 || rect.right > innerWidth + 1) faults.push(`over the edge: "${text}"`);
      const svg = node.closest('svg')?.getBoundingClientRect();
      const out = svg && [
        svg.left - rect.left,
        rect.right - svg.right,
        rect.bottom - svg.bottom - 4,
        svg.top - rect.top - 4,
      ];
      if (out && Math.max(...out) > 1)
        faults.push(`outside its picture by ${Math.max(...out).toFixed(1)}: "${text}"`);
      // What stands at the bottom edge of a phone covers what scrolls below it.
      boxes.push({ text, rect, owner: node.closest('footer') ?? document.body });
    }
    // The box of a line of type is higher than its letters: a quarter of it is air.
    boxes.forEach((a, i) => {
      for (const b of boxes.slice(i + 1)) {
        if (a.owner !== b.owner) continue;
        const wide = Math.min(a.rect.right, b.rect.right) - Math.max(a.rect.left, b.rect.left);
        const high = Math.min(a.rect.bottom, b.rect.bottom) - Math.max(a.rect.top, b.rect.top);
        const air = Math.min(a.rect.height, b.rect.height) / 4;
        if (wide > 1 && high > air)
          faults.push(`"${a.text}" and "${b.text}" overlap by ${wide.toFixed(0)} x ${high.toFixed(0)}`);
      }
    });

    // Buttons and figures must hold their words: nothing hangs over their edge.
    for (const node of document.querySelectorAll('button, .vm, dd, dt, .clock')) {
      if (hidden(node)) continue;
      if (
        node.scrollWidth > node.clientWidth + 2 &&
        node.clientWidth > 0 &&
        getComputedStyle(node).display !== 'inline'
      )
        faults.push(
          `does not hold its words: "${short(node.textContent ?? '')}" (${node.clientWidth} of ${node.scrollWidth})`,
        );
    }
    return faults;
  });
}

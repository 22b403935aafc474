/** What a person does to the page, for the button that does it for them. */

/** Presses a button; a folded part of the page unfolds. */
export const press = (selector: string): void => document.querySelector<HTMLElement>(selector)?.click();

/** Moves a slider; `null`: to its end. */
export function slide(selector: string, value: number | null): void {
  const slider = document.querySelector<HTMLInputElement>(selector);
  if (!slider) return;
  // React hears of values that are set past it.
  Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value')?.set?.call(slider, String(value ?? slider.max));
  slider.dispatchEvent(new Event('input', { bubbles: true }));
}

/** Chooses the n-th entry of a list. */
export function pick(list: HTMLSelectElement, index: number): void {
  list.selectedIndex = index;
  list.dispatchEvent(new Event('change', { bubbles: true }));
}

/** What stands at a place of the page, in one line. */
export const read = (selector: string): string =>
  document.querySelector(selector)?.textContent?.replace(/\s+/g, ' ').trim() ?? '…';

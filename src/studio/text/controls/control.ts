/**
 * Every control of the page has its name, what it does in a line, and its keys in this folder, and nowhere else: panels, tooltips, keys
 * and the help read them. A file for each part of the page, so that what comes later brings its own. Lines on single choices are in
 * `describe.ts` and `describe-export.ts`.
 */
export interface Control {
  label: string;
  hint?: string;
  keys?: readonly string[];
}

/** Keeps the names of the controls, and says of each what it has. */
export const named = <Controls extends Readonly<Record<string, Control>>>(controls: Controls): Controls => controls;

/** "One training step, then pause · s": the tooltip of a control. */
export function tooltip({ label, hint = label, keys }: Control): string {
  return keys ? `${hint} · ${keys.map(keyName).join(' or ')}` : hint;
}

/** The key as it is written on it. */
export const keyName = (key: string): string => (key === ' ' ? 'space' : key);

/** For `aria-keyshortcuts`. "Ctrl Z" is meant for the command key too. */
export const ariaKeys = ({ keys }: Control): string | undefined => keys?.flatMap(ariaNames).join(' ');

function ariaNames(key: string): string[] {
  if (key === ' ') return ['Space'];
  const combined = key.replaceAll(' ', '+');
  return combined.startsWith('Ctrl+') ? [combined.replace('Ctrl', 'Control'), combined.replace('Ctrl', 'Meta')] : [key];
}

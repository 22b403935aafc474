/** Colours of the style sheet as charts need them: resolved for the theme that holds. */
import { sourceColours } from '../components/SourceMark.tsx';

export interface Palette {
  text: string;
  quiet: string;
  line: string;
  surface: string;
  /** Colours of runs, begun again when they run out. */
  runs: string[];
  source: (colour: number) => string;
}

const runColours = 6;

/** Reads the colours that hold right now, or those of a theme. */
export function readPalette(theme?: 'light' | 'dark'): Palette {
  const resolve = (property: string) => colourOf(property, theme);
  return {
    text: resolve('--text'),
    quiet: resolve('--quiet'),
    line: resolve('--line'),
    surface: resolve('--surface'),
    runs: Array.from({ length: runColours }, (_, index) => resolve(`--run-${index}`)),
    source: (colour) => resolve(`--source-${colour % sourceColours}`),
  };
}

/** A custom property may say light-dark(…); the computed colour of an element that uses it does not. */
function colourOf(property: string, theme: 'light' | 'dark' | undefined): string {
  const probe = document.createElement('span');
  if (theme) probe.style.colorScheme = theme;
  probe.style.color = `var(${property})`;
  document.body.append(probe);
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
}

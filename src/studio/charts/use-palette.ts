import { useEffect, useState } from 'react';
import { useUi } from '../stores/ui.ts';
import type { Palette } from './palette.ts';
import { readPalette } from './palette.ts';

/** The colours of the theme, read again when it changes. */
export function usePalette(): Palette | null {
  const dark = useUi((state) => state.dark);
  const [palette, setPalette] = useState<Palette | null>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the style sheet follows `dark`
  useEffect(() => setPalette(readPalette()), [dark]);
  return palette;
}

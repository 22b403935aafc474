import type { RefObject } from 'react';
import { useLayoutEffect, useRef, useState } from 'react';

/** Largest height of a picture, as a share of the window's. */
const heightShare = 0.62;
/** A pixel grows at most this much. */
const mostScale = 8;

/** Size of a picture of `rows × columns` pixels that fills its frame, by a whole number where it grows. */
export function useFit(
  rows: number,
  columns: number,
): { frame: RefObject<HTMLDivElement | null>; width: number; height: number } {
  const frame = useRef<HTMLDivElement>(null);
  const [scale, setScale] = useState(1);
  useLayoutEffect(() => {
    const element = frame.current;
    if (!element) return;
    const measure = () => {
      const fit = Math.min(element.clientWidth / columns, (window.innerHeight * heightShare) / rows, mostScale);
      setScale(fit >= 2 ? Math.floor(fit) : fit);
    };
    const sizes = new ResizeObserver(measure);
    sizes.observe(element);
    measure();
    return () => sizes.disconnect();
  }, [rows, columns]);
  return { frame, width: columns * scale, height: rows * scale };
}

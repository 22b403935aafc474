import { useEffect, useRef } from 'react';
import type { Thumbnails } from '../../worker/protocol.ts';

/** One of several small pictures. */
export function Picture({ pictures, index, label }: { pictures: Thumbnails; index: number; label: string }) {
  const { pixels, width, height } = pictures;
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const size = width * height * 4;
    const image = new ImageData(pixels.slice(index * size, (index + 1) * size), width, height);
    canvas.current?.getContext('2d')?.putImageData(image, 0, 0);
  }, [pixels, width, height, index]);
  return <canvas ref={canvas} width={width} height={height} role="img" aria-label={label} />;
}

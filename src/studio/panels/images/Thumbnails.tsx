import { useEffect, useState } from 'react';
import { errorInfo } from '../../../worker/client.ts';
import type { Thumbnails as Pictures } from '../../../worker/protocol.ts';
import { client } from '../../session.ts';

interface Props {
  /** Loaded images. */
  images: string;
  labels: readonly number[];
}

const howMany = 10;

/** A strip of training images with their labels. */
export function Thumbnails({ images, labels }: Props) {
  const [pictures, setPictures] = useState<Pictures | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const wanted = labels.join();
  useEffect(() => {
    let current = true;
    const chosen = wanted === '' ? [] : wanted.split(',').map(Number);
    client.thumbnails(images, chosen, howMany).then(
      (answer) => current && setPictures(answer),
      (error: unknown) => current && setProblem(errorInfo(error).message),
    );
    return () => {
      current = false;
    };
  }, [images, wanted]);
  if (problem !== null) return <p className="hint">No pictures: {problem}</p>;
  return (
    <ul className="thumbnails" aria-label={`Some images of ${images}`}>
      {pictures?.labels.map((label, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: pictures have no other identity
        <li key={index}>
          <Picture pictures={pictures} index={index} label={label} />
          <span>{label}</span>
        </li>
      ))}
    </ul>
  );
}

function Picture({ pictures, index, label }: { pictures: Pictures; index: number; label: number }) {
  const { pixels, width, height } = pictures;
  const draw = (canvas: HTMLCanvasElement | null) => {
    const size = width * height * 4;
    const image = new ImageData(pixels.slice(index * size, (index + 1) * size), width, height);
    canvas?.getContext('2d')?.putImageData(image, 0, 0);
  };
  return <canvas ref={draw} width={width} height={height} role="img" aria-label={`image labelled ${label}`} />;
}

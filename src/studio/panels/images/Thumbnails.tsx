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
  return (
    <PictureStrip
      label={`Some images of ${images}`}
      request={JSON.stringify([images, labels])}
      load={() => client.thumbnails(images, [...labels], howMany)}
    />
  );
}

interface StripProps {
  label: string;
  /** Changes when other pictures are wanted. */
  request: string;
  load: () => Promise<Pictures>;
}

/** Small pictures with their labels, fetched from the worker. */
export function PictureStrip({ label, request, load }: StripProps) {
  const [pictures, setPictures] = useState<Pictures | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the request says what `load` asks for
  useEffect(() => {
    let current = true;
    load().then(
      (answer) => current && setPictures(answer),
      (error: unknown) => current && setProblem(errorInfo(error).message),
    );
    return () => {
      current = false;
    };
  }, [request]);
  if (problem !== null) return <p className="hint">No pictures: {problem}</p>;
  return (
    <ul className="thumbnails" aria-label={label}>
      {pictures?.labels.map((text, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: pictures have no other identity
        <li key={index}>
          <Picture pictures={pictures} index={index} label={text} />
          <span>{text}</span>
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

import { useEffect, useState } from 'react';
import { errorInfo } from '../../../worker/client.ts';
import type { Thumbnails as Pictures } from '../../../worker/protocol.ts';
import { Picture } from '../../components/Picture.tsx';
import { client } from '../../session.ts';
import { useFiles } from '../../stores/files.ts';

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
      images={images}
      label={`Some images of ${images}`}
      request={JSON.stringify([images, labels])}
      load={() => client.thumbnails(images, [...labels], howMany)}
    />
  );
}

interface StripProps {
  /** Loaded images, which know the names of their labels. */
  images: string;
  label: string;
  /** Changes when other pictures are wanted. */
  request: string;
  load: () => Promise<Pictures>;
}

/** Small pictures with their labels, fetched from the worker. */
export function PictureStrip({ images, label, request, load }: StripProps) {
  const file = useFiles((state) => state.images[images]);
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
  const named = file?.labels.some(({ name }) => name !== null);
  const nameOf = (wanted: number) => file?.labels.find((known) => known.label === wanted)?.name ?? String(wanted);
  return (
    <ul className="thumbnails" aria-label={label} data-named={named || undefined}>
      {pictures?.labels.map((shown, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: pictures have no other identity
        <li key={index}>
          <Picture pictures={pictures} index={index} label={`image labelled ${nameOf(shown)}`} />
          <span title={named ? `label ${shown}: ${nameOf(shown)}` : undefined}>{nameOf(shown)}</span>
        </li>
      ))}
    </ul>
  );
}

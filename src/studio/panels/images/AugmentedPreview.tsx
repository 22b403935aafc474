import { client } from '../../session.ts';
import { useRecipe } from '../../stores/recipe.ts';
import { PictureStrip } from './Thumbnails.tsx';

interface Props {
  /** Loaded images. */
  images: string;
  labels: readonly number[];
}

const howMany = 10;

/** What augmentation makes of some training images. */
export function AugmentedPreview({ images, labels }: Props) {
  const { crop, flip, tone } = useRecipe((state) => state.draft.augmentation);
  const seed = useRecipe((state) => state.draft.seed);
  return (
    <PictureStrip
      images={images}
      label={`Augmented images of ${images}`}
      request={JSON.stringify([images, labels, crop, flip, tone, seed])}
      load={() => client.augmented(images, [...labels], howMany, { crop, flip, tone }, seed)}
    />
  );
}

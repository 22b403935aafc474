/**
 * Preprocessing as part of the weights. A source takes pixels from 0 to 1; one that was trained on (x − mean) / std, channel by channel,
 * has that folded into its first linear layer, which is exact: `W′ = W / std`, `b′ = b − Σ W · mean / std`.
 */
import { StudioError } from '../errors.ts';
import type { Weight } from '../tensors/host-tensor.ts';
import type { Architecture, Model } from './model.ts';

/**
 * The network for pixels x that computes what the given one does for (x − mean) / std.
 * @param mean - in units of pixels from 0 to 1: one for each channel, or one for all
 * @param std - as many, or one for all
 * @throws `StudioError` where there are neither one nor as many as channels, or a std is not above 0
 */
export function foldNormalisation(model: Model, mean: readonly number[], std: readonly number[]): Model {
  const { architecture, weights } = model;
  const layer = firstLayer(architecture);
  const [weight, bias] = [weights.get(`${layer}.weight`), weights.get(`${layer}.bias`)];
  if (!weight || !bias) throw new RangeError(`the model has no ${layer}`);
  const channelOf = channels(architecture, mean, std);
  const [out = 0, into = 0] = weight.shape;
  const folded = new Float32Array(weight.values.length);
  const shifted = new Float32Array(out);
  for (let row = 0; row < out; row++) {
    let shift = 0;
    for (let input = 0; input < into; input++) {
      const channel = channelOf(input);
      const scaled = (weight.values[row * into + input] ?? 0) / ofChannel(std, channel);
      folded[row * into + input] = scaled;
      shift += scaled * ofChannel(mean, channel);
    }
    shifted[row] = (bias.values[row] ?? 0) - shift;
  }
  const changed = new Map<string, Weight>(weights)
    .set(`${layer}.weight`, { shape: weight.shape, values: folded })
    .set(`${layer}.bias`, { shape: bias.shape, values: shifted });
  return { architecture, weights: changed };
}

/**
 * The inverse: the network for normalised pixels again, as an export with the old preprocessing wants it.
 * Throws as `foldNormalisation` does.
 */
export function unfoldNormalisation(model: Model, mean: readonly number[], std: readonly number[]): Model {
  channels(model.architecture, mean, std);
  // x = (y + mean / std) / (1 / std) for y = (x − mean) / std: a normalisation as well.
  const length = Math.max(mean.length, std.length);
  const inverse = (of: (mean: number, std: number) => number) =>
    Array.from({ length }, (_, channel) => of(ofChannel(mean, channel), ofChannel(std, channel)));
  return foldNormalisation(
    model,
    inverse((own, deviation) => -own / deviation),
    inverse((_, deviation) => 1 / deviation),
  );
}

/** The channel's own number, or the one for all. */
const ofChannel = (values: readonly number[], channel: number): number =>
  values[values.length === 1 ? 0 : channel] ?? Number.NaN;

/** The layer that reads the pixels. */
function firstLayer(architecture: Architecture): string {
  if (architecture.kind === 'vit') return 'patches';
  return architecture.widths.length > 0 ? 'layers.0' : 'head';
}

/**
 * The channel of each input of the first layer: of a ViT channels lie one after the other in a patch, of an MLP channels are last. An MLP
 * does not tell its channels; they are as many as are given.
 */
function channels(
  architecture: Architecture,
  mean: readonly number[],
  std: readonly number[],
): (input: number) => number {
  const given = Math.max(mean.length, std.length);
  const fits = (count: number) => [mean, std].every(({ length }) => length === 1 || length === count);
  if (architecture.kind === 'vit' ? !fits(architecture.channels) : !fits(given) || architecture.inputs % given !== 0) {
    throw unfit(architecture, mean, std);
  }
  if (![...mean, ...std].every(Number.isFinite) || std.some((one) => one <= 0)) {
    throw problem(
      `The images are normalised with mean ${mean.join(', ')} and std ${std.join(', ')}, but a std is a number above 0.`,
      'Give the mean and std that the source was trained with, or none.',
    );
  }
  if (architecture.kind === 'mlp') return (input) => input % given;
  const inPatch = architecture.patch ** 2;
  return (input) => Math.floor(input / inPatch);
}

function unfit(architecture: Architecture, mean: readonly number[], std: readonly number[]): StudioError {
  const given = `${mean.length} means and ${std.length} stds are given`;
  return architecture.kind === 'vit'
    ? problem(
        `${given} for images of ${architecture.channels} channels.`,
        `Give one of each, or ${architecture.channels}: one for each channel.`,
      )
    : problem(
        `${given} for ${architecture.inputs} inputs, which are no pixels of so many channels.`,
        'Give one of each, or one for each channel.',
      );
}

const problem = (message: string, advice: string): StudioError =>
  new StudioError({ kind: 'checkpoint', message, advice, subject: 'normalisation' });

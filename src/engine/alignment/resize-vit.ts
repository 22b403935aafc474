/**
 * A vision transformer for images or patches of another size. Both are square, so every resize is one matrix R,
 * `[to, from]`, along both axes: `X → R X Rᵀ`. Pixels have their centres at halves: output i lies at
 * `(i + ½) · from / to − ½` of the input.
 */
import { Matrix, pseudoInverse } from 'ml-matrix';
import type { Model, VisionTransformer } from '../architectures/model.ts';
import { concatenate, leadingTokens } from '../architectures/model.ts';
import type { Weight } from '../tensors/host-tensor.ts';

/** Height and width of the square image and of its square patches, in pixels. */
export interface VitSize {
  image: number;
  patch: number;
}

/**
 * The ViT for another image and patch size; only patch kernels and positions change, all other weights are shared. A
 * model of this size already is handed back itself. Throws `RangeError` when the model is no ViT or patches do not tile
 * the image.
 *
 * Kernels are resized by the pseudo-inverse (FlexiViT: Beyer et al., arXiv 2212.08013, section 3): exact on patches
 * that are enlarged bilinearly, least squares on shrunk ones. Positions are interpolated bicubically; class token and
 * registers keep their own.
 */
export function resizeVit(model: Model, size: VitSize): Model {
  const { architecture: vit } = model;
  const { image, patch } = size;
  if (vit.kind !== 'vit') throw new RangeError('only a vision transformer has patches');
  if (!tiles(size)) throw new RangeError(`patches of ${patch} pixels do not tile an image of ${image}`);
  if (image === vit.image && patch === vit.patch) return model;
  const weights = new Map(model.weights);
  const change = (name: string, resized: (weight: Weight) => Weight) => {
    const weight = weights.get(name);
    if (!weight) throw new RangeError(`no parameter ${name}`);
    weights.set(name, resized(weight)); // keeps its place in the order
  };
  if (patch !== vit.patch) change('patches.weight', (weight) => resizeKernels(weight, vit, patch));
  if (grid(size) !== grid(vit)) change('positions', (weight) => resizePositions(weight, vit, grid(size)));
  return { architecture: { ...vit, image, patch }, weights };
}

/**
 * Plain bilinear interpolation along one axis, `[to, from]`: no antialiasing, edges repeated. It is what FlexiViT
 * resizes patches with (`tf.image.resize`), and the patches that enlarged kernels are exact on.
 */
export const bilinearMatrix = (from: number, to: number): Matrix =>
  interpolation(from, to, [0, 1], (offset) => Math.max(0, 1 - Math.abs(offset)));

/**
 * Bicubic interpolation along one axis, `[to, from]`: Keys' kernel with a = −0.75, no antialiasing, edges repeated, as
 * torch's `interpolate(mode='bicubic', align_corners=False)`.
 */
export const bicubicMatrix = (from: number, to: number): Matrix => interpolation(from, to, [-1, 0, 1, 2], keys);

/** Number of patches along one side. */
const grid = ({ image, patch }: VitSize): number => image / patch;

const tiles = (size: VitSize): boolean =>
  Number.isInteger(size.patch) && size.patch > 0 && Number.isInteger(grid(size)) && grid(size) > 0;

/**
 * `[width, channels · patch²]` for another patch size. With B the resize of a patch, the kernel ŵ minimises the mean of
 * `(⟨x, w⟩ − ⟨B x, ŵ⟩)²` over patches x of white noise: `ŵ = pinv(Bᵀ) w` for each channel. B is the Kronecker product
 * of `R = bilinearMatrix(patch, to)` with itself, and its pseudo-inverse that of the factors, so with `P = pinv(Rᵀ)`
 * the kernel is `P W Pᵀ`: one decomposition of a `[patch, to]` matrix instead of a `[patch², to²]` one.
 */
function resizeKernels({ shape, values }: Weight, { channels, patch }: VisionTransformer, to: number): Weight {
  const width = shape[0] ?? 0;
  const inverse = pseudoInverse(bilinearMatrix(patch, to).transpose()); // [to, patch]
  const planes = Matrix.from1DArray(width * channels, patch ** 2, values);
  const resized = resizePlanes(planes, inverse);
  return { shape: [width, channels * to ** 2], values: Float32Array.from(resized.to1DArray()) };
}

/**
 * `[leading + from², width]` → `[leading + to², width]`: rows of class token and registers as they are, the rest as a
 * picture of `width` channels. This is timm's `resample_abs_pos_embed` with `antialias=False`. By default timm asks torch for
 * antialiasing, which is another kernel even when the grid grows: a = −0.5, what lies beyond the edge left out instead
 * of repeated, and all of it wider when the grid shrinks.
 */
function resizePositions({ values }: Weight, vit: VisionTransformer, to: number): Weight {
  const { width } = vit;
  const leading = leadingTokens(vit);
  const rows = Matrix.from1DArray(grid(vit) ** 2, width, values.subarray(leading * width));
  const resized = resizePlanes(rows.transpose(), bicubicMatrix(grid(vit), to)).transpose(); // [to², width]
  const all = concatenate([values.subarray(0, leading * width), Float32Array.from(resized.to1DArray())]);
  return { shape: [leading + to ** 2, width], values: all };
}

/** Square planes, one a row: `[planes, from²]` → `[planes, to²]`, each `X → R X Rᵀ` with `R [to, from]`. */
function resizePlanes(planes: Matrix, resize: Matrix): Matrix {
  const { rows: to, columns: from } = resize;
  const across = resize.transpose();
  const resized = Matrix.zeros(planes.rows, to ** 2);
  for (let row = 0; row < planes.rows; row++) {
    const plane = Matrix.from1DArray(from, from, planes.getRow(row));
    resized.setRow(row, resize.mmul(plane).mmul(across).to1DArray());
  }
  return resized;
}

/** One row for each output: the kernel at the taps around its place, in input pixels; beyond an edge they fall on it. */
function interpolation(from: number, to: number, taps: readonly number[], kernel: (offset: number) => number): Matrix {
  const matrix = Matrix.zeros(to, from);
  for (let output = 0; output < to; output++) {
    const place = ((output + 0.5) * from) / to - 0.5;
    for (const tap of taps) {
      const input = Math.floor(place) + tap;
      const inside = Math.min(Math.max(input, 0), from - 1);
      matrix.set(output, inside, matrix.get(output, inside) + kernel(place - input));
    }
  }
  return matrix;
}

/** Cubic convolution (R. Keys, 1981), with a = −0.75 as torch has it. */
function keys(offset: number): number {
  const a = -0.75;
  const x = Math.abs(offset);
  if (x < 1) return ((a + 2) * x - (a + 3)) * x ** 2 + 1;
  return x < 2 ? a * (((x - 5) * x + 8) * x - 4) : 0;
}

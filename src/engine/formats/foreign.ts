/** Files that are no checkpoint the studio reads, told by their content, with what to do about each. */
import { StudioError } from '../errors.ts';
import type { OpenedFile } from './format.ts';
import { isTorchScript } from './pytorch.ts';

interface Kind {
  /** "an HDF5 file". */
  is: string;
  advice: string;
  matches(file: OpenedFile): boolean;
}

/** No format that is read has a file as small as this. */
const smallestFile = 16;

const saveStateDict =
  'Open it with torch.load and save its state_dict: torch.save of PyTorch 1.6 or later, or safetensors.';
const unpack = 'Unpack it and add the checkpoint inside.';
const originalWeights = 'Add the weights that it was made from, or save them as safetensors.';
const notWeights = 'Add the file that holds the weights.';

const kinds: readonly Kind[] = [
  { is: 'an empty file', advice: 'Download or copy it again.', matches: ({ source }) => source.size === 0 },
  {
    is: 'a Python pickle',
    advice: saveStateDict,
    matches: ({ head }) => head[0] === 0x80 && head[1]! >= 2 && head[1]! <= 5,
  },
  { is: 'a gzip archive', advice: unpack, matches: startsWith(0x1f, 0x8b) },
  { is: 'a 7z archive', advice: unpack, matches: startsWith('7z', 0xbc, 0xaf) },
  { is: 'a tar archive', advice: unpack, matches: ({ head }) => textOf(head.subarray(257, 262)) === 'ustar' },
  {
    is: 'a TorchScript program',
    advice: saveStateDict,
    matches: ({ entries }) => entries !== null && isTorchScript(entries),
  },
  { is: 'a zip archive without a checkpoint', advice: unpack, matches: ({ entries }) => entries !== null },
  { is: 'a PNG image', advice: notWeights, matches: startsWith(0x89, 'PNG') },
  { is: 'a JPEG image', advice: notWeights, matches: startsWith(0xff, 0xd8, 0xff) },
  { is: 'a GGUF file', advice: originalWeights, matches: startsWith('GGUF') },
  {
    is: 'a TensorFlow SavedModel',
    advice: 'Load it with Keras and save it as .keras or .h5.',
    // A protocol buffer: schema version 1, then the first graph.
    matches: startsWith(0x08, 0x01, 0x12),
  },
  {
    is: 'an ONNX model',
    advice: originalWeights,
    // A protocol buffer: the version, 3 or later, then the producer, its version, the graph or the operators.
    matches: ({ head }) => head[0] === 0x08 && within(head[1]!, 3, 31) && [0x12, 0x1a, 0x3a, 0x42].includes(head[2]!),
  },
  {
    is: 'a msgpack file, as flax saves parameters',
    advice: 'Flatten the parameters, flax.traverse_util.flatten_dict(params, sep="/"), and save them with numpy.savez.',
    // A map of 1 to 15 entries, then a text of 1 to 31 letters.
    matches: ({ head }) => within(head[0]!, 0x81, 0x8f) && within(head[1]!, 0xa1, 0xbf) && within(head[2]!, 0x30, 0x7a),
  },
  {
    is: 'a Git LFS pointer, not the file itself',
    advice: 'Fetch the file with "git lfs pull" or download it from its page.',
    matches: startsWith('version https://git-lfs'),
  },
  {
    is: 'a web page',
    advice: 'Use the download button of that page; the link that was saved leads to a page about the file.',
    matches: ({ head }) => /^\s*<(!doctype|html)/i.test(textOf(head)),
  },
  { is: 'a JSON file', advice: notWeights, matches: ({ head }) => /^\s*[[{]/.test(textOf(head)) },
];

/** Says what the file is as far as that can be told, and what the studio reads. */
export function foreignFile(file: OpenedFile, understood: readonly string[]): StudioError {
  const kind = kinds.find((kind) => kind.matches(file));
  return new StudioError({
    kind: 'file',
    message: kind ? `${file.name} is ${kind.is}, which the studio does not read.` : unknownFile(file),
    advice: `${kind?.advice ?? notWeights} The studio reads ${understood.join(', ')}.`,
    subject: file.name,
  });
}

function unknownFile({ name, head, source }: OpenedFile): string {
  const first = [...head.subarray(0, 8)].map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
  if (source.size < smallestFile) return `${name} is cut off: it has only ${source.size} bytes (${first}).`;
  return `${name} is no checkpoint that the studio knows: it has ${source.size} bytes, the first are ${first}.`;
}

function within(byte: number, first: number, last: number): boolean {
  return byte >= first && byte <= last;
}

/** A test for a file that begins with these bytes; a string stands for its ASCII bytes. */
function startsWith(...parts: (number | string)[]): (file: OpenedFile) => boolean {
  const bytes = parts.flatMap((part) => (typeof part === 'number' ? [part] : [...new TextEncoder().encode(part)]));
  return ({ head }) => bytes.every((byte, i) => head[i] === byte);
}

function textOf(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}

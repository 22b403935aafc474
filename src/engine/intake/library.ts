/** What people have dropped: checkpoints, images, SuperNets and texts by name, and files that wait for others. */

import type { Weights } from '../architectures/model.ts';
import type { Source } from '../architectures/source.ts';
import { overrideFacts } from '../architectures/source.ts';
import { readWeights } from '../architectures/tables.ts';
import type { DecodeImage } from '../datasets/files/image-reader.ts';
import { baseName, folderOf } from '../datasets/files/paths.ts';
import type { ImageFile } from '../datasets/image-file.ts';
import { StudioError } from '../errors.ts';
import type { FactOverrides } from '../recipe.ts';
import type { SuperNetFile } from '../supernet/supernet-file.ts';
import type { NamedSource } from '../tensors/byte-source.ts';
import type { HostTensor } from '../tensors/host-tensor.ts';
import type { Helpers, Read, Side } from './read-drop.ts';
import { readDrop } from './read-drop.ts';
import type { PlacedSource } from './sides.ts';
import { applySide } from './sides.ts';

export type Loaded = { id: string; bytes: number } & (
  | { kind: 'source'; source: Source }
  | { kind: 'images'; images: ImageFile }
  | { kind: 'supernet'; supernet: SuperNetFile }
  | { kind: 'texts'; texts: HostTensor }
);

export interface Taken {
  loaded: Loaded[];
  /** Sources of earlier drops that a file of this one tells about. */
  changed: string[];
  /** What went wrong, and with which file; the rest is loaded all the same. */
  failed: { file: string; error: unknown }[];
}

/** Files kept in case that another one makes sense of them. */
const mostWaiting = 200;

/** Everything that is loaded, by name. */
export class Library {
  private readonly sources = new Map<string, Source>();
  private readonly images = new Map<string, ImageFile>();
  private readonly superNets = new Map<string, SuperNetFile>();
  private readonly texts = new Map<string, HostTensor>();
  private readonly weights = new Map<string, Promise<Weights>>();
  /** Path that each source was dropped under. */
  private readonly paths = new Map<string, string>();
  /** Files that were not understood alone, by path. */
  private waiting: NamedSource[] = [];

  /** Takes a file in under its name, or under "name (2)" when that is taken. Throws `StudioError`; what was loaded stays. */
  async add(file: NamedSource): Promise<Loaded> {
    const { loaded, failed } = await this.take([file], { decode: noDecoder });
    for (const { error } of failed) throw error;
    const [only] = loaded;
    if (!only) throw new RangeError(`${file.name} is only part of something`);
    return only;
  }

  /** Takes in files that were dropped together, their paths as names: what is understood, under free names. */
  async take(files: readonly NamedSource[], helpers: Helpers): Promise<Taken> {
    const drop = await readDrop(files, this.waiting, helpers);
    const fresh = new Set(files.map(({ name }) => name));
    const before = this.placed();
    const taken: Taken = {
      loaded: drop.read.map((read) => this.keep(read)),
      changed: [],
      failed: drop.failed
        .filter(({ file }) => fresh.has(file.name))
        .map(({ file, error }) => ({ file: file.name, error })),
    };
    const known = new Set(before.map(({ id }) => id));
    const untold = drop.sides.filter((side) => !this.tell(side, before, known, taken));
    const waiting = [...drop.failed.map(({ file }) => file.name), ...untold.map(({ path }) => path)];
    this.waiting = [...files, ...this.waiting].filter(({ name }) => waiting.includes(name)).slice(0, mostWaiting);
    taken.loaded = taken.loaded.map((one) => (one.kind === 'source' ? { ...one, source: this.source(one.id) } : one));
    return taken;
  }

  /** Whether there is a source that the file beside weights could tell about. */
  private tell(side: Side, before: readonly PlacedSource[], known: ReadonlySet<string>, taken: Taken): boolean {
    const dropped = this.placed().filter(({ id }) => !known.has(id));
    try {
      const told = applySide(
        side,
        dropped,
        before.map(({ id }) => this.place(id)),
      );
      for (const { id, source } of told ?? []) {
        this.sources.set(id, source);
        if (known.has(id) && !taken.changed.includes(id)) taken.changed.push(id);
      }
      return told !== null;
    } catch (error) {
      taken.failed.push({ file: side.path, error });
      return true;
    }
  }

  private place = (id: string): PlacedSource => ({ id, path: this.paths.get(id) ?? id, source: this.source(id) });

  private placed(): PlacedSource[] {
    return [...this.sources.keys()].map(this.place);
  }

  private keep(read: Read): Loaded {
    const id = this.freeName(read.kind === 'images' ? read.name : idOf(read.path));
    const { bytes } = read;
    switch (read.kind) {
      case 'source': {
        const { source } = read;
        const named = { ...source, checkpoint: { ...source.checkpoint, file: id } };
        this.sources.set(id, named);
        this.paths.set(id, read.path);
        return { kind: 'source', id, bytes, source: named };
      }
      case 'images': {
        const images = { ...read.images, file: id };
        this.images.set(id, images);
        return { kind: 'images', id, bytes, images };
      }
      case 'supernet':
        this.superNets.set(id, read.supernet);
        return { kind: 'supernet', id, bytes, supernet: read.supernet };
      case 'texts':
        this.texts.set(id, read.texts);
        return { kind: 'texts', id, bytes, texts: read.texts };
      default:
        throw read satisfies never;
    }
  }

  /** Sets facts that weights cannot tell, on top of what the file says. */
  setFacts(id: string, facts: FactOverrides): Source {
    const source = overrideFacts(this.source(id), facts);
    this.sources.set(id, source);
    return source;
  }

  remove(id: string): void {
    this.sources.delete(id);
    this.images.delete(id);
    this.superNets.delete(id);
    this.texts.delete(id);
    this.weights.delete(id);
    this.paths.delete(id);
  }

  source(id: string): Source {
    const source = this.sources.get(id);
    if (source) return source;
    throw missing(id, 'checkpoint');
  }

  imageFile(id: string): ImageFile {
    const images = this.images.get(id);
    if (images) return images;
    throw missing(id, 'images');
  }

  hasSuperNet(id: string): boolean {
    return this.superNets.has(id);
  }

  superNet(id: string): SuperNetFile {
    const supernet = this.superNets.get(id);
    if (supernet) return supernet;
    throw missing(id, 'saved SuperNet');
  }

  textsFile(id: string): HostTensor {
    const texts = this.texts.get(id);
    if (texts) return texts;
    throw missing(id, 'text embeddings');
  }

  isSource(id: string): boolean {
    return this.sources.has(id);
  }

  /** The weights of a source, read once. Throws `StudioError`. */
  protected readWeights(id: string): Promise<Weights> {
    let weights = this.weights.get(id);
    if (!weights) {
      const { checkpoint, match } = this.source(id);
      weights = readWeights(checkpoint, match);
      this.weights.set(id, weights);
    }
    return weights;
  }

  private freeName(name: string): string {
    const taken = (id: string) =>
      this.sources.has(id) || this.images.has(id) || this.superNets.has(id) || this.texts.has(id);
    if (!taken(name)) return name;
    let count = 2;
    while (taken(`${name} (${count})`)) count++;
    return `${name} (${count})`;
  }
}

const missing = (id: string, what: string) =>
  new StudioError({
    kind: what === 'images' ? 'images' : 'sources',
    message: `The recipe needs the ${what} "${id}", which is not loaded.`,
    advice: `Drop ${id} on the page.`,
    subject: id,
  });

/** Names that say nothing: the folder before them does. */
const generic =
  /^(pytorch_model|model|model\.weights|weights|checkpoint|open_clip_pytorch_model|model\.safetensors\.index|pytorch_model\.bin\.index)\.\w+$/i;

/** What a checkpoint is called: its name, with its folder where the name is every checkpoint's. */
function idOf(path: string): string {
  const name = baseName(path);
  if (!generic.test(name)) return name;
  return [...folderOf(path).split('/').filter(Boolean).slice(-1), name].join('/');
}

const noDecoder: DecodeImage = () => Promise.reject(new Error('images cannot be decoded here'));

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
import { fingerprintOf } from './fingerprint.ts';
import type { Helpers, Read, Side } from './read-drop.ts';
import { readDrop } from './read-drop.ts';
import type { PlacedSource } from './sides.ts';
import { applySide } from './sides.ts';

/** `fingerprint`: of all its files together; null where there is none. */
export type Loaded = { id: string; bytes: number; fingerprint: string | null } & (
  | { kind: 'source'; source: Source }
  | { kind: 'images'; images: ImageFile }
  | { kind: 'supernet'; supernet: SuperNetFile }
  | { kind: 'texts'; texts: HostTensor }
);

export interface Taken {
  loaded: Loaded[];
  /** Those that bear the name of an expected file and have other contents: the name that they would have had. */
  namesakes: { id: string; name: string }[];
  /** Sources of earlier drops that a file of this one tells about. */
  changed: string[];
  /** Paths of files beside weights that are kept until the weights come. */
  waiting: string[];
  /** What went wrong, and with which file; the rest is loaded all the same. */
  failed: { file: string; error: unknown }[];
}

/** Files kept in case that another one makes sense of them. */
const mostWaiting = 200;

/** What was removed last can be put back: so many, but no images of more bytes in memory. */
const mostRemoved = 4;
const mostRemovedBytes = 100e6;

/** Everything that is loaded, by name. */
export class Library {
  private readonly loaded = new Map<string, Loaded>();
  private readonly removed = new Map<string, Loaded>();
  /** Files that are to come, their names and fingerprints. */
  private readonly expected = new Map<string, string>();
  private readonly weights = new Map<string, Promise<Weights>>();
  /** Each source as its files tell of it. */
  private readonly told = new Map<string, Source>();
  /** What a person knows better. */
  private readonly facts = new Map<string, FactOverrides>();
  /** Path that each source was dropped under. */
  private readonly paths = new Map<string, string>();
  /** Paths of files beside weights that wait for them. */
  untold: string[] = [];
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
      loaded: [],
      namesakes: [],
      changed: [],
      waiting: [],
      failed: drop.failed
        .filter(({ file }) => fresh.has(file.name))
        .map(({ file, error }) => ({ file: file.name, error })),
    };
    for (const read of drop.read) {
      const name = read.kind === 'images' ? read.name : idOf(read.path);
      // A browser hands over the files of a folder in any order.
      const files = [...read.files].sort((a, b) => (a.name < b.name ? -1 : 1));
      const fingerprint = await fingerprintOf(files.map(({ source }) => source));
      const loaded = this.keep(read, this.nameFor(name, fingerprint), fingerprint);
      taken.loaded.push(loaded);
      const wanted = this.expected.get(loaded.id) === fingerprint;
      if (!wanted && this.isNamesake(name, fingerprint)) taken.namesakes.push({ id: loaded.id, name });
    }
    const known = new Set(before.map(({ id }) => id));
    const sides = drop.sides.filter((side) => !this.tell(side, before, known, taken));
    this.untold = sides.map(({ path }) => path);
    taken.waiting = this.untold;
    const waiting = [...drop.failed.map(({ file }) => file.name), ...taken.waiting];
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
        this.told.set(id, source);
        this.putFacts(id, this.facts.get(id) ?? {});
        if (known.has(id) && !taken.changed.includes(id)) taken.changed.push(id);
      }
      return told !== null;
    } catch (error) {
      taken.failed.push({ file: side.path, error });
      return true;
    }
  }

  private place = (id: string): PlacedSource => ({
    id,
    path: this.paths.get(id) ?? id,
    source: this.told.get(id) ?? this.source(id),
  });

  private placed(): PlacedSource[] {
    return [...this.loaded.values()].filter(({ kind }) => kind === 'source').map(({ id }) => this.place(id));
  }

  private keep(read: Read, id: string, fingerprint: string | null): Loaded {
    const base = { id, bytes: read.bytes, fingerprint };
    const loaded = this.loadedAs(read, base);
    this.loaded.set(id, loaded);
    this.removed.delete(id);
    return loaded;
  }

  private loadedAs(read: Read, base: { id: string; bytes: number; fingerprint: string | null }): Loaded {
    switch (read.kind) {
      case 'source': {
        const { source, path } = read;
        const named = { ...source, checkpoint: { ...source.checkpoint, file: base.id } };
        this.paths.set(base.id, path);
        this.told.set(base.id, named);
        this.facts.delete(base.id);
        return { kind: 'source', ...base, source: named };
      }
      case 'images':
        return { kind: 'images', ...base, images: { ...read.images, file: base.id } };
      case 'supernet':
        return { kind: 'supernet', ...base, supernet: read.supernet };
      case 'texts':
        return { kind: 'texts', ...base, texts: read.texts };
      default:
        throw read satisfies never;
    }
  }

  /** Sets the facts that weights cannot tell and a person knows better than the files, in place of those set before. */
  setFacts(id: string, facts: FactOverrides): Source {
    const source = this.putFacts(id, facts);
    this.facts.set(id, facts);
    return source;
  }

  private putFacts(id: string, facts: FactOverrides): Source {
    const source = overrideFacts(this.told.get(id) ?? this.source(id), facts);
    const loaded = this.loaded.get(id);
    if (loaded?.kind === 'source') this.loaded.set(id, { ...loaded, source });
    return source;
  }

  /** A file with one of these fingerprints is called by its name from now on, and no other file is. */
  expect(files: readonly { name: string; fingerprint: string }[]): void {
    for (const { name, fingerprint } of files) this.expected.set(name, fingerprint);
  }

  remove(id: string): void {
    const loaded = this.loaded.get(id);
    if (!loaded) return;
    this.loaded.delete(id);
    this.weights.delete(id);
    this.removed.delete(id);
    if (pixelBytes(loaded) <= mostRemovedBytes) this.removed.set(id, loaded);
    const [oldest] = this.removed.keys();
    if (this.removed.size <= mostRemoved || oldest === undefined) return;
    for (const map of [this.removed, this.paths, this.told, this.facts]) map.delete(oldest);
  }

  /** Puts back what was removed not long ago; null when it is forgotten by now. */
  restore(id: string): Loaded | null {
    const loaded = this.removed.get(id);
    if (!loaded) return null;
    this.removed.delete(id);
    this.loaded.set(id, loaded);
    return loaded;
  }

  source(id: string): Source {
    const loaded = this.loaded.get(id);
    if (loaded?.kind === 'source') return loaded.source;
    throw missing(id, 'checkpoint');
  }

  imageFile(id: string): ImageFile {
    const loaded = this.loaded.get(id);
    if (loaded?.kind === 'images') return loaded.images;
    throw missing(id, 'images');
  }

  hasSuperNet(id: string): boolean {
    return this.loaded.get(id)?.kind === 'supernet';
  }

  superNet(id: string): SuperNetFile {
    const loaded = this.loaded.get(id);
    if (loaded?.kind === 'supernet') return loaded.supernet;
    throw missing(id, 'saved SuperNet');
  }

  textsFile(id: string): HostTensor {
    const loaded = this.loaded.get(id);
    if (loaded?.kind === 'texts') return loaded.texts;
    throw missing(id, 'text embeddings');
  }

  isSource(id: string): boolean {
    return this.loaded.get(id)?.kind === 'source';
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

  /** The name of an expected file with these contents; else its own, or "name (2)" where that is taken or expected of others. */
  private nameFor(name: string, fingerprint: string | null): string {
    const expected = [...this.expected].find(([, known]) => known === fingerprint);
    if (expected && !this.loaded.has(expected[0])) return expected[0];
    const taken = (id: string) => this.loaded.has(id) || this.isNamesake(id, fingerprint);
    if (!taken(name)) return name;
    let count = 2;
    while (taken(`${name} (${count})`)) count++;
    return `${name} (${count})`;
  }

  private isNamesake(name: string, fingerprint: string | null): boolean {
    const expected = this.expected.get(name);
    return expected !== undefined && fingerprint !== null && expected !== fingerprint;
  }
}

const pixelBytes = (loaded: Loaded): number =>
  loaded.kind === 'images' ? loaded.images.train.pixels.byteLength + loaded.images.test.pixels.byteLength : 0;

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

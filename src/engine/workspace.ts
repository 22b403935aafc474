/** What is loaded: sources and images by file name, and what a recipe makes of them. */
import type { Architecture, Model, Weights } from './architectures/model.ts';
import { readWeights } from './architectures/naming.ts';
import type { Source } from './architectures/source.ts';
import { overrideFacts, recogniseSource } from './architectures/source.ts';
import type { ImageFile } from './datasets/image-file.ts';
import { readImageFile } from './datasets/image-file.ts';
import type { TaskImages } from './datasets/images.ts';
import { checkInputs } from './datasets/images.ts';
import { taskImages } from './datasets/task.ts';
import { StudioError } from './errors.ts';
import { readCheckpoint } from './formats/detect.ts';
import { readNpz } from './formats/npz.ts';
import { sourceProblems } from './merging/compatibility.ts';
import type { MergeContext, MergeCost } from './merging/method.ts';
import { mergeMethod } from './merging/registry.ts';
import type { FactOverrides, Recipe, RecipeSource } from './recipe.ts';
import type { NamedSource } from './tensors/byte-source.ts';

export type Loaded = { kind: 'source'; id: string; source: Source } | { kind: 'images'; id: string; images: ImageFile };

export class Workspace {
  private readonly sources = new Map<string, Source>();
  private readonly images = new Map<string, ImageFile>();
  private readonly weights = new Map<string, Promise<Weights>>();

  /** Takes a file in under its name, or under "name (2)" when that is taken. Throws `StudioError`; what was loaded stays. */
  async add(file: NamedSource): Promise<Loaded> {
    const id = this.freeName(file.name);
    const named: NamedSource = { ...file, name: id };
    const checkpoint = await readCheckpoint(named);
    if (checkpoint.container === 'npz') {
      const images = await readImageFile(await readNpz(named));
      if (images) {
        this.images.set(id, images);
        return { kind: 'images', id, images };
      }
    }
    const source = recogniseSource(checkpoint);
    this.sources.set(id, source);
    return { kind: 'source', id, source };
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
    this.weights.delete(id);
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

  /** Everything that keeps a recipe from running, found without reading more than is needed to know. */
  async problems(recipe: Recipe): Promise<StudioError[]> {
    const found: StudioError[] = [];
    const collect = async (check: () => unknown) => {
      try {
        await check();
      } catch (error) {
        if (!(error instanceof StudioError)) throw error;
        found.push(error);
      }
    };
    const known: { file: string; architecture: Architecture }[] = [];
    for (const source of recipe.sources) {
      await collect(() => known.push({ file: source.file, architecture: this.architecture(source) }));
    }
    if (known.length === recipe.sources.length) found.push(...sourceProblems(known));
    for (const source of recipe.sources) {
      if (!this.sources.has(source.file)) continue;
      await collect(() => this.readWeights(source.file));
      await collect(() => this.task(source, recipe.seed));
    }
    if (found.length > 0) return found;
    const architectures = known.map(({ architecture }) => architecture);
    return mergeMethod(recipe.method.name).problems(architectures, recipe.method);
  }

  /** What a run of the recipe costs. Throws `StudioError` when a source or its images are missing. */
  cost(recipe: Recipe): MergeCost {
    const architectures = recipe.sources.map((source) => this.architecture(source));
    const images = recipe.sources.reduce((sum, source) => sum + this.task(source, recipe.seed).train.count, 0);
    return mergeMethod(recipe.method.name).cost(architectures, recipe.method, images);
  }

  /** Reads what a run needs. Throws the first problem. */
  async context(recipe: Recipe): Promise<MergeContext> {
    const [problem] = await this.problems(recipe);
    if (problem) throw problem;
    const models = await Promise.all(recipe.sources.map((source) => this.model(source)));
    const tasks = recipe.sources.map((source) => this.task(source, recipe.seed));
    return { models, tasks, seed: recipe.seed };
  }

  private async model(source: RecipeSource): Promise<Model> {
    return { architecture: this.architecture(source), weights: await this.readWeights(source.file) };
  }

  private architecture({ file, facts }: RecipeSource): Architecture {
    return overrideFacts(this.source(file), facts).match.architecture;
  }

  private readWeights(id: string): Promise<Weights> {
    let weights = this.weights.get(id);
    if (!weights) {
      const { checkpoint, match } = this.source(id);
      weights = readWeights(checkpoint, match);
      this.weights.set(id, weights);
    }
    return weights;
  }

  private task(source: RecipeSource, seed: number): TaskImages {
    const { name, file, images } = source;
    if (!images) {
      throw new StudioError({
        kind: 'images',
        message: `Task "${name}" (${file}) has no images.`,
        advice: 'Drop a file of images and choose it for this task.',
        subject: file,
      });
    }
    const architecture = this.architecture(source);
    const task = taskImages(this.imageFile(images.file), name, images, architecture.classes, seed);
    checkInputs(architecture, task.train, images.file);
    return task;
  }

  private freeName(name: string): string {
    const taken = (id: string) => this.sources.has(id) || this.images.has(id);
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

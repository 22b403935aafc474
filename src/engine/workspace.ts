/** What is loaded: sources and images by file name, and what a recipe makes of them. */
import { alignArchitectures } from './alignment/align.ts';
import { foldPlan, mergedArchitecture } from './architectures/fold-plan.ts';
import type { Architecture, Model, Weights } from './architectures/model.ts';
import type { Source } from './architectures/source.ts';
import { overrideFacts, recogniseSource } from './architectures/source.ts';
import { readWeights } from './architectures/tables.ts';
import { readImageFile } from './datasets/files/npz.ts';
import type { ImageFile } from './datasets/image-file.ts';
import type { TaskImages } from './datasets/images.ts';
import { checkInputs } from './datasets/images.ts';
import type { TaskRows } from './datasets/task.ts';
import { taskImages, taskRows, withAugmented } from './datasets/task.ts';
import { StudioError } from './errors.ts';
import { readCheckpoint } from './formats/detect.ts';
import { readNpz } from './formats/npz.ts';
import type { NamedArchitecture } from './merging/compatibility.ts';
import { sourceProblems } from './merging/compatibility.ts';
import type { Material, MergeContext, MergeCost } from './merging/method.ts';
import { mergeMethod } from './merging/registry.ts';
import type { FactOverrides, MethodRecipe, Recipe, RecipeSource } from './recipe.ts';
import { recipeProblems } from './recipe-rules.ts';
import type { SuperNetFile } from './supernet/supernet-file.ts';
import { readSuperNet } from './supernet/supernet-file.ts';
import type { NamedSource } from './tensors/byte-source.ts';
import { demonstrableLayers } from './theory/demonstrate.ts';

export type Loaded =
  | { kind: 'source'; id: string; source: Source }
  | { kind: 'images'; id: string; images: ImageFile }
  | { kind: 'supernet'; id: string; supernet: SuperNetFile };

export class Workspace {
  private readonly sources = new Map<string, Source>();
  private readonly images = new Map<string, ImageFile>();
  private readonly superNets = new Map<string, SuperNetFile>();
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
    const supernet = readSuperNet(checkpoint);
    if (supernet) {
      this.superNets.set(id, supernet);
      return { kind: 'supernet', id, supernet };
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
    this.superNets.delete(id);
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

  hasSuperNet(id: string): boolean {
    return this.superNets.has(id);
  }

  /** Layers of a recipe's merge that have a U before them, by canonical name. */
  layers(recipe: Recipe): string[] {
    const aligned = alignArchitectures(
      recipe.sources.map((source) => this.architecture(source)),
      recipe.alignment,
    );
    return demonstrableLayers(foldPlan(aligned, mergedArchitecture(aligned)));
  }

  superNet(id: string): SuperNetFile {
    const supernet = this.superNets.get(id);
    if (supernet) return supernet;
    throw missing(id, 'saved SuperNet');
  }

  /**
   * Everything that keeps a recipe from running, found without reading more than is needed to know: no file is read for
   * options that do not go together.
   */
  async problems(recipe: Recipe): Promise<StudioError[]> {
    const found = recipeProblems(recipe);
    const rulesHold = found.length === 0;
    const { method, alignment } = recipe;
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
    if (known.length === recipe.sources.length) found.push(...sourceProblems(known, alignment));
    for (const source of recipe.sources) {
      if (!this.sources.has(source.file)) continue;
      if (rulesHold) await collect(() => this.readWeights(source.file));
      await collect(() => this.taskRows(source, recipe.seed));
    }
    if (found.length > 0) return found;
    await collect(async () => found.push(...this.methodProblems(known, recipe, await this.material(method))));
    return found;
  }

  /** What a run of the recipe costs. Throws `StudioError` when a source or its images are missing. */
  cost(recipe: Recipe): MergeCost {
    const architectures = recipe.sources.map((source) => this.architecture(source));
    const images = recipe.sources.map(
      (source) => this.taskRows(source, recipe.seed).train.length + (source.images?.augmented ?? 0),
    );
    return mergeMethod(recipe.method.name).cost(architectures, recipe.method, {
      images,
      alignment: recipe.alignment,
    });
  }

  /** Reads what a run needs. Throws the first problem. */
  async context(recipe: Recipe): Promise<MergeContext> {
    const [problem] = await this.problems(recipe);
    if (problem) throw problem;
    const models = await Promise.all(recipe.sources.map((source) => this.model(source)));
    const tasks = recipe.sources.map((source) => this.task(source, recipe));
    const { alignment, seed } = recipe;
    return { models, tasks, alignment, material: await this.material(recipe.method), seed };
  }

  private methodProblems(
    known: readonly NamedArchitecture[],
    recipe: Recipe,
    material: Material | null,
  ): StudioError[] {
    return mergeMethod(recipe.method.name).problems(known, recipe.method, recipe.alignment, material);
  }

  /** What a method needs besides the sources. Throws `StudioError` when its file is missing or damaged. */
  private async material(method: MethodRecipe): Promise<Material | null> {
    if ('base' in method) return { from: 'base', model: await this.model({ file: method.base, facts: {} }) };
    if (method.name !== 'fs-merge' || method.initialisation !== 'warm') return null;
    switch (method.warmStart?.from) {
      case 'supernet':
        return { from: 'supernet', saved: await this.superNet(method.warmStart.file).load() };
      case 'target': {
        const { file } = method.warmStart;
        return { from: 'target', model: await this.model({ file, facts: {} }) };
      }
      default:
        return null;
    }
  }

  private async model(source: Pick<RecipeSource, 'file' | 'facts'>): Promise<Model> {
    return { architecture: this.architecture(source), weights: await this.readWeights(source.file) };
  }

  private architecture({ file, facts }: Pick<RecipeSource, 'file' | 'facts'>): Architecture {
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

  private task(source: RecipeSource, { seed, augmentation }: Recipe): TaskImages {
    const { images, name } = source;
    const rows = this.taskRows(source, seed);
    const task = taskImages(this.imageFile(images?.file ?? ''), name, rows);
    return withAugmented(task, images?.augmented ?? 0, augmentation, seed);
  }

  /** Which images a source's task uses. Throws `StudioError` when there are none, or they do not fit. */
  private taskRows(source: RecipeSource, seed: number): TaskRows {
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
    const loaded = this.imageFile(images.file);
    const rows = taskRows(loaded, name, images, architecture.classes, seed);
    checkInputs(architecture, loaded.train, images.file);
    return rows;
  }

  private freeName(name: string): string {
    const taken = (id: string) => this.sources.has(id) || this.images.has(id) || this.superNets.has(id);
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

/** What a recipe makes of what is loaded. */
import { alignArchitectures } from './alignment/align.ts';
import { foldPlan, mergedArchitecture } from './architectures/fold-plan.ts';
import type { Architecture, Model } from './architectures/model.ts';
import type { TaskImages } from './datasets/images.ts';
import { checkInputs } from './datasets/images.ts';
import type { TaskRows } from './datasets/task.ts';
import { taskImages, taskRows, withAugmented } from './datasets/task.ts';
import { StudioError } from './errors.ts';
import { Library } from './intake/library.ts';
import { mergedAs, normalised, withClasses } from './intake/recipe-source.ts';
import type { NamedArchitecture } from './merging/compatibility.ts';
import { sourceProblems } from './merging/compatibility.ts';
import type { Material, MergeContext, MergeCost } from './merging/method.ts';
import { mergeMethod } from './merging/registry.ts';
import type { MethodRecipe, Recipe, RecipeSource } from './recipe.ts';
import { recipeProblems } from './recipe-rules.ts';
import type { HostTensor } from './tensors/host-tensor.ts';
import { demonstrableLayers } from './theory/demonstrate.ts';

export class Workspace extends Library {
  /** Layers of a recipe's merge that have a U before them, by canonical name. */
  layers(recipe: Recipe): string[] {
    if (recipe.sources.length === 0) return [];
    const aligned = alignArchitectures(
      recipe.sources.map((source) => this.architecture(source)),
      recipe.alignment,
    );
    return demonstrableLayers(foldPlan(aligned, mergedArchitecture(aligned)));
  }

  /**
   * Everything that keeps a recipe from running, found without reading more than is needed to know: no file is read for
   * options that do not go together, and no weight for a merge that would not fit: `fits` says what is too much of its cost.
   */
  async problems(recipe: Recipe, fits: (cost: MergeCost) => StudioError | null = () => null): Promise<StudioError[]> {
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
    const loaded = recipe.sources.filter(({ file }) => this.isSource(file));
    for (const source of loaded) await collect(() => this.taskRows(source, recipe.seed));
    const possible = found.length === 0 && this.methodProblems(known, recipe, null).length === 0;
    const tooLarge = possible ? fits(this.cost(recipe)) : null;
    if (tooLarge) return [tooLarge];
    if (rulesHold) for (const { file } of loaded) await collect(() => this.readWeights(file));
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
  async context(recipe: Recipe, fits?: (cost: MergeCost) => StudioError | null): Promise<MergeContext> {
    const [problem] = await this.problems(recipe, fits);
    if (problem) throw problem;
    const tasks = recipe.sources.map((source) => this.task(source, recipe));
    const models: Model[] = [];
    for (const [index, source] of recipe.sources.entries()) {
      models.push(await this.model(source, tasks[index] as TaskImages));
    }
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
    if ('base' in method) return { from: 'base', model: await this.plainModel(method.base) };
    if (method.name !== 'fs-merge' || method.initialisation !== 'warm') return null;
    switch (method.warmStart?.from) {
      case 'supernet':
        return { from: 'supernet', saved: await this.superNet(method.warmStart.file).load() };
      case 'target': {
        const { file } = method.warmStart;
        return { from: 'target', model: await this.plainModel(file) };
      }
      default:
        return null;
    }
  }

  /** A source as it is merged: it takes pixels from 0 to 1 and has classes. */
  private async model(source: RecipeSource, task: TaskImages): Promise<Model> {
    const model = normalised(this.source(source.file), source, await this.readWeights(source.file));
    return withClasses(model, this.textsOf(source), task, this.architecture(source).classes);
  }

  /** A checkpoint that is no source of the recipe: the base of task vectors, a target. */
  private async plainModel(file: string): Promise<Model> {
    return normalised(this.source(file), { facts: {} }, await this.readWeights(file));
  }

  private architecture(source: RecipeSource): Architecture {
    return mergedAs(this.source(source.file), source, this.textsOf(source));
  }

  private textsOf({ texts }: RecipeSource): HostTensor | null {
    return texts === null ? null : this.textsFile(texts);
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
}

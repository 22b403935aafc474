/** What a recipe makes of a loaded source: facts set by a person, normalisation folded in, classes for an embedding. */
import { classHead, prototypeHead } from '../architectures/embedding-head.ts';
import type { Architecture, Model, Weights } from '../architectures/model.ts';
import { featureWidth } from '../architectures/model.ts';
import { foldNormalisation } from '../architectures/normalisation.ts';
import type { Source } from '../architectures/source.ts';
import { overrideFacts } from '../architectures/source.ts';
import type { TaskImages } from '../datasets/images.ts';
import { TrainingSet } from '../datasets/training-set.ts';
import { StudioError } from '../errors.ts';
import { features } from '../network/network.ts';
import { disposeAll, toBackend } from '../network/parameters.ts';
import type { RecipeSource } from '../recipe.ts';
import type { HostTensor } from '../tensors/host-tensor.ts';
import { overRows } from '../training/targets.ts';

/** The architecture that a merge sees: a network without a class head has one for its texts, or for the labels of its images. */
export function mergedAs(source: Source, { facts, images }: RecipeSource, texts: HostTensor | null): Architecture {
  const { architecture } = overrideFacts(source, facts).match;
  if (architecture.kind === 'mlp' || architecture.output === 'classes') return architecture;
  const [classes, embedding] = texts ? texts.shape : [images?.labels.length ?? architecture.classes, null];
  if (texts && embedding !== architecture.classes) {
    throw new StudioError({
      kind: 'sources',
      message: `The texts in ${texts.name} have ${embedding} numbers each; the embedding of ${source.checkpoint.file} has ${architecture.classes}.`,
      advice: 'Choose text embeddings of the same model, or the means of the images.',
      subject: source.checkpoint.file,
    });
  }
  return { ...architecture, classes: classes ?? 0, output: 'classes' };
}

/** The model that takes pixels from 0 to 1, whatever its source was trained on. */
export function normalised(source: Source, { facts }: Pick<RecipeSource, 'facts'>, weights: Weights): Model {
  const { architecture, facts: known } = overrideFacts(source, facts).match;
  const [mean, std] = [known.mean.value, known.std.value];
  const model = { architecture, weights };
  const plain = mean.every((value) => value === 0) && std.every((value) => value === 1);
  return plain ? model : foldNormalisation(model, mean, std);
}

/** The model with so many classes, where its head gives an embedding: those of the texts, or the means of the task's training images. */
export async function withClasses(
  model: Model,
  texts: HostTensor | null,
  task: TaskImages,
  classes: number,
): Promise<Model> {
  const { architecture } = model;
  if (architecture.kind === 'mlp' || architecture.output === 'classes') return model;
  if (texts) return classHead(model, await texts.read());
  const data = new TrainingSet([task.train]);
  const parameters = toBackend(model.weights);
  try {
    const seen = await overRows(0, data.count, featureWidth(architecture), (rows) =>
      features(architecture, parameters, data.inputs(architecture, rows)),
    );
    return prototypeHead(model, seen, task.train.labels, classes);
  } finally {
    disposeAll(parameters);
  }
}

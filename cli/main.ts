/** The command line: its words, and what they do. */
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import type { ConvertOptions } from './convert.ts';
import { exitCodeOf } from './errors.ts';
import type { RunOptions } from './run.ts';
import { runRecipe } from './run.ts';

/** Answers the exit code: 0, 1 for a merge that failed, 2 for what was asked wrongly, 130 for a run that was broken off. */
export async function main(words: readonly string[]): Promise<number> {
  try {
    await program().parseAsync([...words], { from: 'user' });
    return 0;
  } catch (error) {
    // Commander has said it by then.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    process.stderr.write(`${(error as Error).message}\n`);
    return exitCodeOf(error);
  }
}

function program(): Command {
  const all = new Command('fs-merge')
    .description('Merges checkpoints as FS-Merge Studio does, in a browser that nobody sees.')
    .exitOverride();
  addRun(all);
  addFold(all);
  all
    .command('describe')
    .description('says what files are: checkpoints, images, SuperNets')
    .argument('<files...>', 'files or folders')
    .option('--json', 'as JSON')
    .action(async (files: string[], { json = false }) => (await import('./describe.ts')).describeFiles(files, json));
  all
    .command('convert')
    .description('writes a checkpoint under other names, in another container or in other numbers')
    .argument('<in>', 'a file or folder')
    .argument('<out>', outputs)
    .option('--scheme <name>', 'names of the tensors; else those of the file')
    .addOption(dtype())
    .action(async (from: string, to: string, options: ConvertOptions) =>
      (await import('./convert.ts')).convertFile(from, to, options),
    );
  return all;
}

const outputs = '.safetensors, .pt, .npz or .onnx';

function addRun(all: Command): void {
  const run = all
    .command('run')
    .description('runs a recipe and writes the merged network')
    .argument('<recipe>', "a recipe's file, or a link of the studio in quotes")
    .requiredOption('--out <file>', `the merged network: ${outputs}`)
    .option('--supernet <file>', 'M, U and LayerNorms, to be looked at, folded or trained further')
    .option('--set <field=value>', 'changes a field of the recipe: method.rank=16; may be repeated', collect, [])
    .option('--resume', 'goes on from the snapshot that Ctrl-C left');
  inBrowser(run).action((recipe: string, options: RunOptions) => runRecipe(recipe, options));
}

function addFold(all: Command): void {
  const fold = all
    .command('fold')
    .description('folds a saved SuperNet into one plain network')
    .argument('<supernet>', 'its file')
    .argument('<out>', `the merged network: ${outputs}`);
  inBrowser(fold).action(async (supernet: string, out: string, options: RunOptions) =>
    (await import('./fold.ts')).foldSuperNet(supernet, out, options),
  );
}

/** What everything that a browser does can be told. */
const inBrowser = (command: Command): Command =>
  command
    .option('--report <file>', 'a report as one HTML file')
    .option('--files <path>', 'a file or folder that the recipe needs, or name=path; may be repeated', collect, [])
    .addOption(
      new Option('--backend <name>', 'what computes').choices(['auto', 'webgpu', 'wasm', 'cpu']).default('auto'),
    )
    .option('--scheme <name>', "names of the tensors; else those of the first source's file")
    .addOption(dtype())
    .option('--json', 'JSON Lines on the standard output')
    .option('--port <number>', 'of this machine, for the studio; else any that is free', wholeNumber, 0)
    .option('--connect <address>', 'a Playwright server: ws://host:port/')
    .option('--browser-arg <flag>', "of Chromium's own, for example for a GPU; may be repeated", collect, []);

const dtype = (): Option =>
  new Option('--dtype <type>', 'numbers of the file').choices(['F32', 'F16', 'BF16']).default('F32');

const collect = (value: string, all: string[]): string[] => [...all, value];

function wholeNumber(text: string): number {
  if (/^\d{1,5}$/.test(text) && Number(text) < 65_536) return Number(text);
  throw new InvalidArgumentError('It is no port.');
}

/** One HTML file that tells of runs by itself: recipe, sources, accuracy, cost and charts. No scripts, nothing from elsewhere. */
import type { Palette } from '../charts/palette.ts';
import type { CompareRow, Comparison } from '../runs/compare.ts';
import type { Column } from '../runs/compare-columns.ts';
import { bestOf, columnsOf, isMerged, rowTitle } from '../runs/compare-columns.ts';
import { differences, differenceText, none, optionsOf } from '../runs/differences.ts';
import type { Run } from '../runs/run.ts';
import { trains } from '../runs/run.ts';
import { describeMethod, methodLines, methodNames, stateNames } from '../text/describe.ts';
import { count, duration, percent, plural } from '../text/numbers.ts';
import { chartsOf } from './charts.ts';
import { html, Markup } from './html.ts';
import { style } from './style.ts';

export interface ReportInput {
  /** The runs it tells of, each with a result. */
  runs: readonly Run[];
  /** The table that they stand in. */
  comparison: Comparison;
  /** What each source is, in words, and its images. */
  sources: readonly { model: string; images: string }[];
  palette: Palette;
  made: Date;
}

/** The whole file. */
export function reportHtml(input: ReportInput): string {
  const { runs, comparison, made } = input;
  const title = `${comparison.tasks.join(' + ')}: ${runs.map(({ name }) => name).join(', ')}`;
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<style>${new Markup(style)}</style>
</head>
<body>
<header>
<p class="quiet">FS-Merge Studio · ${made.toISOString().slice(0, 16).replace('T', ' ')} UTC</p>
<h1>${title}</h1>
${summary(runs)}
</header>
<section><h2>Sources</h2>${sourcesTable(input)}</section>
<section><h2>Accuracy and cost</h2>${accuracyTable(comparison)}</section>
${chartsOf(runs, input.palette).map(
  ({ title: name, svg, legend }) => html`<section><h2>${name}</h2>
<figure>${new Markup(svg)}<figcaption>${legend.map(({ colour, text }) => legendItem(colour, text))}</figcaption></figure></section>`,
)}
${runs.length > 1 ? differencesSection(runs) : ''}
${runs.map(recipeSection)}
</body>
</html>
`;
  return page.text;
}

function summary(runs: readonly Run[]): Markup {
  const line = ({ name, recipe, result, state }: Run) => {
    if (!result) return html``;
    const { score, seconds, learnable, steps } = result;
    const cost = trains({ recipe } as Run)
      ? `${plural(steps, 'step')}, ${count(learnable)} learned numbers, ${duration(seconds)}`
      : `nothing trained, ${duration(seconds)}`;
    return html`<li><strong>${name}</strong> (${methodNames[recipe.method.name]}, ${stateNames[state]}): joint accuracy
${percent(score.joint)} on ${count(score.images.reduce((sum, images) => sum + images, 0))} held-out images; ${cost}.</li>`;
  };
  return html`<ul class="summary">${runs.map(line)}</ul>`;
}

function sourcesTable({ comparison, sources, palette }: ReportInput): Markup {
  const rows = comparison.recipe.sources.map(
    (
      { name, file },
      index,
    ) => html`<tr><th scope="row">${swatch(palette.source(comparison.colours[index] ?? index))} ${name}</th>
<td>${file}</td><td>${sources[index]?.model ?? ''}</td><td>${sources[index]?.images ?? ''}</td></tr>`,
  );
  return html`<table><thead><tr><th scope="col">task</th><th scope="col">checkpoint</th><th scope="col">model</th>
<th scope="col">images</th></tr></thead><tbody>${rows}</tbody></table>`;
}

function accuracyTable(comparison: Comparison): Markup {
  const rows = comparison.rows.filter(({ live }) => !live);
  const columns = columnsOf(comparison);
  const heading = ({ title }: Column) => html`<th scope="col" class="number">${title}</th>`;
  const line = (row: CompareRow) =>
    html`<tr><th scope="row">${rowTitle(row)}</th>${columns.map((column) => cell(column, row, rows))}</tr>`;
  return html`<table><thead><tr><th scope="col">model</th>${columns.map(heading)}</tr></thead>
<tbody>${rows.map(line)}</tbody></table>
<p class="quiet">Task columns choose among the task's own classes, joint among the classes of all tasks. Reconstruction error: how
far the sources' features are missed. Bold: the best merged network. Time is without pauses and measuring.</p>`;
}

function cell(column: Column, row: CompareRow, rows: readonly CompareRow[]): Markup {
  const value = column.value(row);
  if (value === null) return html`<td class="number">–</td>`;
  const isBest = isMerged(row) && value === bestOf(column, rows);
  const text = column.text(value);
  return html`<td class="number">${isBest ? html`<strong>${text}</strong>` : text}</td>`;
}

const differencesSection = (runs: readonly Run[]): Markup => html`<section><h2>What differs</h2>
<p class="quiet">In the order ${runs.map(({ name }) => name).join(' / ')}.</p>
<ul>${differences(runs.map(({ recipe }) => recipe)).map((difference) => html`<li>${differenceText(difference)}</li>`)}</ul>
</section>`;

function recipeSection({ name, recipe }: Run): Markup {
  const chosen = [...optionsOf(recipe)].filter(([, value]) => value !== none);
  const options = chosen.map(([what, value]) => html`<dt>${what}</dt><dd>${value}</dd>`);
  return html`<section><h2>Recipe of ${name}</h2>
<p>${describeMethod(recipe.method)}. ${methodLines[recipe.method.name]}</p>
<dl>${options}</dl>
<details><summary>The recipe as JSON</summary><pre>${JSON.stringify(recipe, null, 2)}</pre></details></section>`;
}

const legendItem = (colour: string, text: string): Markup => html`<span>${swatch(colour)} ${text}</span> `;

const swatch = (colour: string): Markup => html`<i style="background:${colour}"></i>`;

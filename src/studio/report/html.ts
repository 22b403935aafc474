/** HTML from templates in which every value is text, unless it is markup itself. */
import { escaped } from '../charts/svg-plot.ts';

export class Markup {
  constructor(readonly text: string) {}
}

type Value = string | number | Markup | readonly Markup[];

export const html = (strings: TemplateStringsArray, ...values: readonly Value[]): Markup =>
  new Markup(strings.map((string, index) => (index === 0 ? '' : written(values[index - 1])) + string).join(''));

function written(value: Value | undefined): string {
  if (value instanceof Markup) return value.text;
  if (Array.isArray(value)) return value.map(({ text }: Markup) => text).join('');
  return escaped(String(value ?? ''));
}

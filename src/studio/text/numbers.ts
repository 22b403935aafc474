/** Numbers as people read them: sensible digits, units after a no-break space. */
const space = '\u00a0';

/** 0.9613 → "96.1 %". */
export const percent = (share: number): string => `${(share * 100).toFixed(1)}${space}%`;

/** The same, and a dash for what was not measured. */
export const percentOrNone = (share: number | null | undefined): string => (share == null ? '–' : percent(share));

/** 121344 → "121,344". */
export const count = (value: number): string => Math.round(value).toLocaleString('en-US');

/** `plural(2, 'class', 'classes')` → "2 classes". */
export const plural = (value: number, one: string, many = `${one}s`): string =>
  `${count(value)}${space}${value === 1 ? one : many}`;

/** 561320 → "561 kB": decimal units, as file managers show them. */
export function bytes(value: number): string {
  const units = ['B', 'kB', 'MB', 'GB'];
  let scaled = value;
  let unit = 0;
  while (scaled >= 999.5 && unit < units.length - 1) {
    scaled /= 1000;
    unit++;
  }
  const digits = unit === 0 || scaled >= 99.95 ? 0 : 1;
  return `${scaled.toFixed(digits)}${space}${units[unit]}`;
}

/** 4.42e8 → "442 million". */
export function operations(value: number): string {
  const scales: [number, string][] = [
    [1e12, 'trillion'],
    [1e9, 'billion'],
    [1e6, 'million'],
  ];
  const scale = scales.find(([least]) => value >= 0.9995 * least);
  return scale ? `${(value / scale[0]).toPrecision(3)}${space}${scale[1]}` : count(value);
}

/** 75 → "1 min 15 s". */
export function duration(seconds: number): string {
  if (!Number.isFinite(seconds)) return '–';
  if (seconds < 0.01) return `<${space}0.01${space}s`;
  if (seconds < 0.995) return `${seconds.toFixed(2)}${space}s`;
  if (seconds < 9.95) return `${seconds.toFixed(1)}${space}s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole}${space}s`;
  if (whole < 3600) return `${Math.floor(whole / 60)}${space}min ${String(whole % 60).padStart(2, '0')}${space}s`;
  return `${Math.floor(whole / 3600)}${space}h ${String(Math.floor((whole % 3600) / 60)).padStart(2, '0')}${space}min`;
}

/** 0.00412 → "4.1 ms"; from a second on as `duration`. */
export const stepDuration = (seconds: number): string =>
  seconds < 0.995 ? `${significant(seconds * 1000, 2)}${space}ms` : duration(seconds);

/** Three significant digits, in powers of ten where zeros would fill the line: 0.03149 → "0.0315", 1.3e-7 → "1.30e-7". */
export function significant(value: number, digits = 3): string {
  if (!Number.isFinite(value)) return String(value);
  if (value === 0) return '0';
  const size = Math.abs(value);
  const sign = value < 0 ? '−' : '';
  if (size < 1e-4 || size >= 1e6) return sign + size.toExponential(digits - 1);
  return sign + (size.toPrecision(digits).includes('e') ? count(size) : size.toPrecision(digits));
}

/** 0.001 → "0.001", 1e-6 → "1e-6": the shortest text that reads back as the same number. */
export const plain = (value: number): string =>
  value !== 0 && Math.abs(value) < 1e-4 ? value.toExponential() : String(value);

/** Steps per second: whole numbers when fast, a decimal when slow. */
export const pace = (stepsPerSecond: number): string =>
  Number.isFinite(stepsPerSecond)
    ? `${stepsPerSecond >= 10 ? Math.round(stepsPerSecond) : stepsPerSecond.toFixed(1)} steps/s`
    : '–';

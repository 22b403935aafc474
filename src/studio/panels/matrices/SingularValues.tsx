import { DataTable } from '../../components/DataTable.tsx';
import { count, significant } from '../../text/numbers.ts';

interface Props {
  values: readonly number[];
  /** Whether these are all there are. */
  all: boolean;
}

const [width, height] = [220, 72];
const tableRows = 16;

/** Singular values from the largest down, on a linear scale from 0. */
export function SingularValues({ values, all }: Props) {
  const [first = 0] = values;
  const last = values.at(-1) ?? 0;
  const x = (index: number) => (values.length > 1 ? (index / (values.length - 1)) * width : 0);
  const y = (value: number) => height - (first > 0 ? (value / first) * height : 0);
  const points = values.map((value, index) => `${x(index).toFixed(1)},${y(value).toFixed(1)}`);
  const what = all ? `all ${count(values.length)}` : `the largest ${count(values.length)}`;
  return (
    <figure className="singular-values">
      <figcaption>
        Singular values <span className="quiet">{what}</span>
      </figcaption>
      <svg
        viewBox={`-1 -2 ${width + 2} ${height + 3}`}
        role="img"
        aria-label={`Singular values, ${what}: from ${significant(first)} down to ${significant(last)}`}
      >
        <path className="axis" d={`M0 0V${height}H${width}`} />
        <polyline points={points.join(' ')} />
      </svg>
      <span className="ends">
        <span>{significant(first)}</span>
        <span>{significant(last)}</span>
      </span>
      <details className="quiet-details">
        <summary>The numbers as a table</summary>
        <DataTable
          caption="Singular values"
          columns={['number', 'value']}
          rows={values.slice(0, tableRows).map((value, index) => [String(index + 1), significant(value)])}
        />
      </details>
    </figure>
  );
}

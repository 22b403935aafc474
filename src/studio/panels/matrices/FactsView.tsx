import type { Likeness, MatrixFacts, MatrixInfo } from '../../../worker/protocol-matrices.ts';
import { SourceMark, sourceColour } from '../../components/SourceMark.tsx';
import { percent } from '../../text/numbers.ts';
import type { Block } from './blocks.ts';
import { SingularValues } from './SingularValues.tsx';

interface Props {
  matrix: MatrixInfo;
  blocks: readonly Block[];
  /** Null while they are computed. */
  facts: MatrixFacts | null;
}

/** A matrix and its blocks in numbers. */
export function FactsView({ matrix, blocks, facts }: Props) {
  const greedy = facts !== null && [facts.whole, ...facts.blocks].some((like) => like?.exact === false);
  return (
    <div className="facts" aria-busy={facts === null} data-testid="matrix-facts">
      <table className="likeness">
        <thead>
          <tr>
            <th scope="col">like an</th>
            <th scope="col">share</th>
            <th scope="col" title="Cosine with the identity">
              identity
            </th>
            <th scope="col" title="Best pairs of rows and columns: mean of |b| over the root of both norms">
              permut.
            </th>
            <th scope="col" title="Mean over columns of the largest entry over the norm">
              selection
            </th>
          </tr>
        </thead>
        <tbody>
          {blocks.map(({ id, name, colour }, block) => (
            <tr key={id} data-testid={`likeness-${block}`}>
              <th scope="row" title={name}>
                <SourceMark colour={colour} /> {name}
              </th>
              <td>{percent(matrix.shares[block] ?? 0)}</td>
              <Likenesses like={facts?.blocks[block] ?? null} waiting={facts === null} />
            </tr>
          ))}
          <tr data-testid="likeness-whole">
            <th scope="row">all of it</th>
            <td />
            <Likenesses like={facts?.whole ?? null} waiting={facts === null} />
          </tr>
        </tbody>
      </table>
      <p className="hint">
        1 is alike. Share is of the squared entries.
        {greedy && ' With more than 256 units pairs are found greedily: a permutation may be nearer than it says.'}
      </p>
      {facts?.heads && <HeadShares heads={facts.heads} blocks={blocks} />}
      {facts && <SingularValues {...facts.singular} />}
    </div>
  );
}

function Likenesses({ like, waiting }: { like: Likeness | null; waiting: boolean }) {
  const show = (value: number | undefined) => (waiting ? '…' : (value?.toFixed(3).replace('-', '−') ?? '–'));
  return (
    <>
      <td>{show(like?.identity)}</td>
      <td>
        {like && !like.exact && '≥ '}
        {show(like?.permutation)}
      </td>
      <td>{show(like?.selection)}</td>
    </>
  );
}

/** How much every head of the merged network has of each source. */
function HeadShares({ heads, blocks }: { heads: readonly number[][]; blocks: readonly Block[] }) {
  return (
    <div className="head-shares">
      <h4>Share by head</h4>
      <ol>
        {heads.map((shares, head) => {
          const words = blocks.map(({ name }, block) => `${name} ${percent(shares[block] ?? 0)}`).join(', ');
          return (
            // biome-ignore lint/suspicious/noArrayIndexKey: a head is its index
            <li key={head}>
              <span className="shares" role="img" aria-label={`head ${head + 1}: ${words}`} title={words}>
                {blocks.map(({ id, colour }, block) => (
                  <span key={id} style={{ flexGrow: shares[block] ?? 0, background: sourceColour(colour) }} />
                ))}
              </span>
            </li>
          );
        })}
      </ol>
    </div>
  );
}

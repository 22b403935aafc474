import type { MatrixInfo } from '../../../worker/protocol.ts';
import { sourceColour } from '../../components/SourceMark.tsx';
import { percent } from '../../text/numbers.ts';
import type { Task } from './blocks.ts';
import { blocksOf } from './blocks.ts';

interface Props {
  list: readonly MatrixInfo[];
  tasks: readonly Task[];
  /** Name of the matrix that is shown. */
  chosen: string | null;
  onChoose: (name: string) => void;
}

/** All M and U by layer, each with the share of every block. */
export function MatrixList({ list, tasks, chosen, onChoose }: Props) {
  const groups = [...new Set(list.map(({ group }) => group))];
  return (
    <div className="matrix-list" data-testid="matrix-list">
      {groups.map((group) => (
        <section key={group} aria-label={group}>
          <h4>
            <span>{group}</span>
            <LayerShares infos={list.filter((info) => info.group === group)} tasks={tasks} />
          </h4>
          <ul>
            {list
              .filter((info) => info.group === group)
              .map((info) => (
                <li key={info.name}>
                  <button
                    type="button"
                    aria-pressed={info.name === chosen}
                    data-matrix={info.name}
                    onClick={() => onChoose(info.name)}
                  >
                    <span className="role" data-role={info.role}>
                      {info.role}
                    </span>
                    <span className="matrix-label">{shortLabel(info)}</span>
                    <Shares info={info} tasks={tasks} />
                  </button>
                </li>
              ))}
          </ul>
        </section>
      ))}
    </div>
  );
}

/** Means over a layer's matrices, where all have the same blocks. */
function LayerShares({ infos, tasks }: { infos: readonly MatrixInfo[]; tasks: readonly Task[] }) {
  const [first] = infos;
  if (!first || infos.length < 2 || infos.some(({ owners }) => owners.join() !== first.owners.join())) return null;
  const shares = first.shares.map((_, block) => infos.reduce((sum, info) => sum + (info.shares[block] ?? 0), 0));
  return <Shares info={{ owners: first.owners, shares: shares.map((sum) => sum / infos.length) }} tasks={tasks} />;
}

function Shares({ info, tasks }: { info: Pick<MatrixInfo, 'owners' | 'shares'>; tasks: readonly Task[] }) {
  const blocks = blocksOf(info, tasks);
  const words = info.shares.map((share, block) => `${blocks[block]?.name} ${percent(share)}`).join(', ');
  return (
    <span className="shares" role="img" aria-label={words} title={words}>
      {blocks.map(({ id, colour }, block) => (
        <span key={id} style={{ flexGrow: info.shares[block] ?? 0, background: sourceColour(colour) }} />
      ))}
    </span>
  );
}

/** "M query" → "query": the role stands beside it. */
const shortLabel = ({ label, role }: MatrixInfo): string =>
  label.replace(/^[MU]\b ?/, '') || (role === 'M' ? 'merge' : 'unmerge');

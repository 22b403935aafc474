import { IconButton } from '../../components/IconButton.tsx';
import type { Run } from '../../runs/run.ts';
import { hasMatrices, isBare, stepsDone } from '../../runs/run.ts';
import { showPicture, useFold } from '../../stores/fold.ts';
import type { Subject } from '../../stores/subject.ts';
import { folds } from '../../stores/subject.ts';
import { pictureControls } from '../../text/controls/page.ts';
import { methodNames } from '../../text/describe.ts';
import { plural } from '../../text/numbers.ts';
import { FoldControls } from './FoldControls.tsx';
import { Picture } from './Picture.tsx';
import type { Shown } from './use-subject.ts';
import { useShown, useSubject } from './use-subject.ts';
import { startWords } from './words.ts';

/** The SuperNet on top of the stage: sources, the stream between them, M and U as they are learned, and how they fold. */
export function SuperNetPanel() {
  const subject = useSubject();
  return subject && <SuperNetOf subject={subject} />;
}

function SuperNetOf({ subject }: { subject: Subject }) {
  const open = useFold((state) => state.shown);
  const shown = useShown(subject, open);
  const state = stateWords(subject);
  return (
    <section className="panel-box supernet" aria-labelledby="supernet-title" data-testid="supernet" data-open={open}>
      <header>
        <h3 id="supernet-title">{folds(subject) ? 'SuperNet' : 'Merge'}</h3>
        <span className="quiet supernet-state" title={state} data-testid="supernet-state">
          {state}
        </span>
        {open && folds(subject) && shown.matrices.length > 0 && <FoldControls />}
        <IconButton
          icon="chevron"
          label={(open ? pictureControls.hide : pictureControls.show).label}
          aria-expanded={open}
          onClick={() => showPicture(!open)}
        />
      </header>
      {open && <Picture subject={subject} shown={shown} hint={hintWords(subject, shown)} />}
    </section>
  );
}

function stateWords({ run, method }: Subject): string {
  if (run && hasMatrices(run)) return run.origin === 'file' ? run.name : `${run.name} · ${stepWords(run)}`;
  if (method.name === 'fs-merge') return startWords[method.initialisation];
  return run ? run.name : methodNames[method.name];
}

const stepWords = (run: Run): string => `after ${plural(stepsDone(run), 'step')}`;

function hintWords({ run, method, infos, sources }: Subject, { matrices, problem }: Shown): string {
  if (problem) return problem.message;
  if (matrices.length === 0 && infos.length < sources.length)
    return 'The layers appear here as soon as the sources are here.';
  if (run && isBare(run) && method.name === 'fs-merge')
    return 'How M and U started: what they became is not here any more.';
  if (matrices.length === 0) return 'The layers appear here as soon as M and U are read.';
  if (method.name !== 'fs-merge') return `${methodNames[method.name]} has no M and U: there is nothing to fold.`;
  if (matrices.some(({ owners }) => owners.includes(null))) {
    return 'Bars: how much of each M and U belongs to each source; grey is the merge so far. Point at one, or press it to see it whole.';
  }
  return 'Bars: how much of each M and U belongs to each source. Point at one, or press it to see it whole.';
}

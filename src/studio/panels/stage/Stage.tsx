import type { ComponentType } from 'react';
import { ErrorBoundary } from '../../components/ErrorBoundary.tsx';
import { ErrorNote, Notices } from '../../components/ErrorNote.tsx';
import { later } from '../../components/later.tsx';
import { Tabs } from '../../components/Tabs.tsx';
import { useIsFresh } from '../../stores/fresh.ts';
import { selectedRun, useRuns } from '../../stores/runs.ts';
import type { TabId } from '../../stores/ui.ts';
import { showTab, useUi } from '../../stores/ui.ts';
import type { Control } from '../../text/controls/control.ts';
import { tabControls } from '../../text/controls/page.ts';
import { UnkeptNote } from './UnkeptNote.tsx';
import { UpdateNote } from './UpdateNote.tsx';
import { Welcome } from './Welcome.tsx';

const SuperNetPanel = later(async () => (await import('../supernet/SuperNetPanel.tsx')).SuperNetPanel);
const TrainingTab = later(async () => (await import('../training/TrainingTab.tsx')).TrainingTab);
const MatricesTab = later(async () => (await import('../matrices/MatricesTab.tsx')).MatricesTab);
const CompareTab = later(async () => (await import('../compare/CompareTab.tsx')).CompareTab);
const ExportTab = later(async () => (await import('../export/ExportTab.tsx')).ExportTab);

const tabs: readonly { id: TabId; control: Control; panel: ComponentType }[] = [
  { id: 'training', control: tabControls.training, panel: TrainingTab },
  { id: 'matrices', control: tabControls.matrices, panel: MatricesTab },
  { id: 'compare', control: tabControls.compare, panel: CompareTab },
  { id: 'export', control: tabControls.export, panel: ExportTab },
];

/** Where results are shown. On a first visit it says what the studio does. */
export function Stage() {
  const fresh = useIsFresh();
  const tab = useUi((state) => state.tab);
  const failure = useRuns((state) => selectedRun(state)?.error ?? null);
  const Panel = tabs.find(({ id }) => id === tab)?.panel ?? TrainingTab;
  return (
    <main className="stage">
      <UpdateNote />
      <UnkeptNote />
      <Notices place="page" />
      {fresh ? (
        <Welcome />
      ) : (
        <>
          <ErrorBoundary>
            <SuperNetPanel />
          </ErrorBoundary>
          <Tabs label={tabControls.results.label} tabs={tabs} value={tab} onChange={showTab} />
          {failure && tab === 'training' && <ErrorNote info={failure} />}
          <div role="tabpanel" id={`panel-${tab}`} aria-labelledby={`tab-${tab}`} className="panel" data-tab={tab}>
            <ErrorBoundary key={tab}>
              <Panel />
            </ErrorBoundary>
          </div>
        </>
      )}
    </main>
  );
}

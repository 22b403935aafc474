import { useRef } from 'react';
import type { DemoId } from '../../actions/demo.ts';
import { demos, playDemo } from '../../actions/demo.ts';
import { Icon } from '../../components/Icon.tsx';
import { later } from '../../components/later.tsx';
import { Menu } from '../../components/Menu.tsx';
import { activeRun, selectedRun, useRuns } from '../../stores/runs.ts';
import type { Theme } from '../../stores/ui.ts';
import { setTheme, useUi } from '../../stores/ui.ts';
import { ariaKeys, tooltip } from '../../text/controls/control.ts';
import { barControls } from '../../text/controls/page.ts';
import { stateNames } from '../../text/describe.ts';
import { BackendMenu } from './BackendMenu.tsx';
import { EditButtons } from './EditButtons.tsx';
import { Logo } from './Logo.tsx';
import { SessionButtons } from './SessionButtons.tsx';

const HelpDialog = later(async () => (await import('./HelpDialog.tsx')).HelpDialog);

const themes: readonly { value: Theme; label: string }[] = [
  { value: 'system', label: 'As the system' },
  { value: 'light', label: 'Light' },
  { value: 'dark', label: 'Dark' },
];
const demoItems = demos.map(({ id, title, line }) => ({ value: id, label: title, note: line }));

/** The top of the page: what this is, what runs, where it runs. */
export function Bar() {
  const theme = useUi((state) => state.theme);
  const helped = useEver(useUi((state) => state.help));
  return (
    <header className="bar">
      <Logo />
      <h1>FS-Merge Studio</h1>
      <CurrentRun />
      <BackendMenu />
      <div className="bar-end">
        <EditButtons />
        <SessionButtons />
        <Menu<DemoId>
          label={barControls.demos.label}
          button={barControls.demos.label}
          items={demoItems}
          onChoose={(id) => void playDemo(id)}
        />
        <Menu<Theme>
          label={barControls.theme.label}
          button={<Icon name="sun" />}
          items={themes}
          value={theme}
          onChoose={setTheme}
        />
        <button
          type="button"
          className="button quiet"
          aria-label={barControls.help.label}
          aria-keyshortcuts={ariaKeys(barControls.help)}
          title={tooltip(barControls.help)}
          onClick={() => useUi.setState({ help: true })}
        >
          ?
        </button>
      </div>
      {helped && <HelpDialog />}
    </header>
  );
}

/** Whether it is so or was so before: a dialog stays on the page, so that closing it gives the focus back. */
function useEver(now: boolean): boolean {
  const ever = useRef(now);
  ever.current ||= now;
  return ever.current;
}

function CurrentRun() {
  const run = useRuns((state) => activeRun(state) ?? selectedRun(state));
  const comparing = useRuns((state) => state.comparing);
  if (!run) return null;
  const tasks = run.recipe.sources.map((source) => source.name).join(' + ');
  return (
    <p className="bar-run" data-testid="current-run">
      <span className="bar-tasks">{tasks} · </span>
      <span className="bar-name" title={run.name}>
        {run.name}
      </span>
      <span className="state" data-state={comparing === null ? run.state : 'running'}>
        {comparing === null ? stateNames[run.state] : 'comparing'}
      </span>
    </p>
  );
}

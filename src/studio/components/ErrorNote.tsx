import type { StudioErrorInfo } from '../../engine/errors.ts';
import type { Place } from '../stores/ui.ts';
import { dismiss, useUi } from '../stores/ui.ts';
import { barControls } from '../text/controls/page.ts';
import { Icon } from './Icon.tsx';
import { IconButton } from './IconButton.tsx';

interface Props {
  info: StudioErrorInfo;
  onDismiss?: () => void;
}

/** What is wrong, with what, and what to do. */
export function ErrorNote({ info, onDismiss }: Props) {
  const { message, advice, subject } = info;
  return (
    <div className="error-note" role="alert" data-testid="error-note" data-kind={info.kind}>
      <Icon name="warning" />
      <div>
        {subject !== undefined && !message.includes(subject) && <code className="error-subject">{subject}</code>}
        <p>{message}</p>
        <p className="error-advice">{advice}</p>
      </div>
      {onDismiss && <IconButton icon="close" label={barControls.dismiss.label} onClick={onDismiss} />}
    </div>
  );
}

/** Everything that went wrong at one place of the page. */
export function Notices({ place }: { place: Place }) {
  const notices = useUi((state) => state.notices);
  return notices
    .filter((notice) => notice.place === place)
    .map(({ id, info }) => <ErrorNote key={id} info={info} onDismiss={() => dismiss(id)} />);
}

import { useEffect, useState } from 'react';
import { takeFiles } from '../../actions/files.ts';
import { Icon } from '../../components/Icon.tsx';
import { FileButton } from '../../components/inputs/FileButton.tsx';
import { useIsFresh } from '../../stores/fresh.ts';
import { tooltip } from '../../text/controls/control.ts';
import { barControls } from '../../text/controls/page.ts';
import { ShareDialog } from './ShareDialog.tsx';

/** How long a button says what it has done, in milliseconds. */
const moment = 2500;

/** Open, save and share: the session as a file, its recipe as a link. */
export function SessionButtons() {
  const fresh = useIsFresh();
  const [copied, setCopied] = useState(false);
  const [link, setLink] = useState<string | null>(null);
  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), moment);
    return () => clearTimeout(timer);
  }, [copied]);
  const save = async () => (await import('../../actions/sessions.ts')).saveSession();
  const share = async () => {
    const { copyLink } = await import('../../actions/sessions.ts');
    const answer = await copyLink();
    setCopied(answer.copied);
    setLink(answer.copied ? null : answer.link);
  };
  return (
    <>
      <FileButton
        label={barControls.openFiles.label}
        className="button quiet bar-button"
        title={tooltip(barControls.open)}
        testId="open-input"
        onFiles={(files) => void takeFiles(files)}
      >
        <Icon name="folder" /> <span>{barControls.open.label}</span>
      </FileButton>
      <button
        type="button"
        className="button quiet bar-button"
        title={tooltip(barControls.save)}
        disabled={fresh}
        onClick={() => void save()}
      >
        <Icon name="download" /> <span>{barControls.save.label}</span>
      </button>
      <button
        type="button"
        className="button quiet bar-button"
        title={tooltip(barControls.share)}
        disabled={fresh}
        onClick={() => void share()}
      >
        <Icon name={copied ? 'check' : 'link'} /> <span>{copied ? 'Copied' : barControls.share.label}</span>
      </button>
      <span className="only-read" role="status">
        {copied && 'The link to this recipe is in the clipboard.'}
      </span>
      {link !== null && <ShareDialog link={link} onClose={() => setLink(null)} />}
    </>
  );
}

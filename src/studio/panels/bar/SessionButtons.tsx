import { useEffect, useState } from 'react';
import { takeFiles } from '../../actions/files.ts';
import { Icon } from '../../components/Icon.tsx';
import { FileButton } from '../../components/inputs/FileButton.tsx';
import { useIsFresh } from '../../stores/fresh.ts';
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
        label="A saved session, checkpoints or images"
        className="button quiet bar-button"
        title="Open a saved session"
        testId="open-input"
        onFiles={(files) => void takeFiles(files)}
      >
        <Icon name="folder" /> <span>Open</span>
      </FileButton>
      <button
        type="button"
        className="button quiet bar-button"
        title="Save recipe, runs and charts as one file"
        disabled={fresh}
        onClick={() => void save()}
      >
        <Icon name="download" /> <span>Save</span>
      </button>
      <button
        type="button"
        className="button quiet bar-button"
        title="Copy a link to this recipe"
        disabled={fresh}
        onClick={() => void share()}
      >
        <Icon name={copied ? 'check' : 'link'} /> <span>{copied ? 'Copied' : 'Share'}</span>
      </button>
      <span className="only-read" role="status">
        {copied && 'The link to this recipe is in the clipboard.'}
      </span>
      {link !== null && <ShareDialog link={link} onClose={() => setLink(null)} />}
    </>
  );
}

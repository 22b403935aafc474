import { useEffect, useRef, useState } from 'react';
import { errorInfo } from '../../../worker/client.ts';
import { notify } from '../../stores/ui.ts';

export interface Answered<Question, Answer> {
  question: Question;
  answer: Answer;
}

/**
 * A worker's newest answer. While it works on one question, only the last of those that follow is kept; `ask` has to stay the
 * same function.
 */
export function useAnswer<Question, Answer>(
  question: Question | null,
  ask: (question: Question) => Promise<Answer>,
): Answered<Question, Answer> | null {
  const [answered, setAnswered] = useState<Answered<Question, Answer> | null>(null);
  const state = useRef({ busy: false, next: null as Question | null, gone: false });
  useEffect(() => {
    const own = state.current;
    own.gone = false;
    return () => {
      own.gone = true;
    };
  }, []);
  useEffect(() => {
    const own = state.current;
    own.next = question;
    const work = async () => {
      own.busy = true;
      while (own.next !== null && !own.gone) {
        const now = own.next;
        own.next = null;
        const answer = await ask(now);
        if (!own.gone) setAnswered({ question: now, answer });
      }
      own.busy = false;
    };
    if (!own.busy) {
      work().catch((reason) => {
        own.busy = false;
        notify('page', errorInfo(reason));
      });
    }
  }, [question, ask]);
  return answered;
}

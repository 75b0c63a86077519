import type { Case } from '../case.ts';

/** What a case of a family says beside its text. */
export type CaseDetails = Partial<Omit<Case, 'name' | 'dockerfile'>>;

/** A case by its lines. Warnings and refusals of the language are compared elsewhere. */
export function familyCase(name: string, lines: readonly string[], details: CaseDetails = {}): Case {
  return { name, dockerfile: { text: `${lines.join('\n')}\n` }, flags: [], rejects: false, compares: 'images', ...details };
}

/** Every pair of one of each list. */
export function pairs<A, B>(left: readonly A[], right: readonly B[]): [A, B][] {
  return left.flatMap((a) => right.map((b): [A, B] => [a, b]));
}

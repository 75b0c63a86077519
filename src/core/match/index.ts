export { MatchError, type MatchErrorCode } from './error.ts';
export { hasWildcards, matchPattern, compilePattern } from './path-pattern.ts';
export { ignoreMatcher, type IgnoreMatcher } from './ignore-matcher.ts';
export { PatternFault, maxExpandedLength, replaceMatches, trimMatch } from './shell-pattern.ts';
export { nearest, withSuggestion, Suggestions } from './nearest.ts';
export { nearestWord } from './nearest-word.ts';

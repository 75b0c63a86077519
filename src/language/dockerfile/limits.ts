/** As much as docker's client hands over to BuildKit. */
export const maxDockerfileBytes = 16 * 1024 * 1024;

/** Of one ignore file. */
export const maxIgnoreFileBytes = 16 * 1024 * 1024;

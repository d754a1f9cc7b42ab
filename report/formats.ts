/** What a report can be written as. */
export const reportFormats = ['html', 'svg', 'png', 'csv'] as const;

export type ReportFormat = (typeof reportFormats)[number];

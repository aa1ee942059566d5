package chasqui.inspection;

/** SQL that gives people a name for what an operation is about. */
final class SubjectNames {
    /** For a row {@code o} of {@code operation}. */
    static final String OF_OPERATION = """
            coalesce(
                (SELECT name FROM raw_data_package WHERE id = o.raw_data_package_id),
                (SELECT name FROM data_transfer_package WHERE id = o.data_transfer_package_id),
                (SELECT d.name || ' to ' || z.short_name
                   FROM data_transfer t JOIN cargo d ON d.data_transfer_id = t.id
                   JOIN site z ON z.id = t.destination_site_id WHERE t.id = o.data_transfer_id),
                (SELECT p.name FROM long_term_archive_transfer a JOIN raw_data_package p ON p.id = a.raw_data_package_id
                  WHERE a.id = o.long_term_archive_transfer_id),
                (SELECT p.name FROM staging_job j JOIN raw_data_package p ON p.id = j.raw_data_package_id
                  WHERE j.id = o.staging_job_id),
                (SELECT 'copy ' || c.id || coalesce(' of ' || p.name, '')
                   FROM physical_copy c LEFT JOIN raw_data_package p ON p.id = c.raw_data_package_id
                  WHERE c.id = o.physical_copy_id),
                'batch ' || o.deletion_batch_id)""";

    private SubjectNames() {}
}

-- The files behind a value, as every metric lists them: which dataset and file, how many of the
-- department's rows the part looked at, how many stand in the value. In one order, whatever the plan.
create or replace macro files_behind(of_dataset, of_file, read, counted) as
list(
    { 'dataset': of_dataset, 'file_id': of_file, 'rows_read': read, 'rows_counted': counted }
    order by { 'dataset': of_dataset, 'file_id': of_file }
);

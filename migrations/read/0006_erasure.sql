-- What a person has, over all projects: for the export of their data, and to count what is to be forgotten.
create index sessions_of_owner on read.sessions (owner, id);

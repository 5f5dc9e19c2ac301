-- What each piece of evidence is: a slot of the kind of learning (dictionary), or none: 其他材料.
alter table declaration_file add column slot text not null default '';

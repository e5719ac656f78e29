-- Which services a fragment has stands in its row, which a list of fragments reads anyway; a row for each of them besides was a tenth of the store.

DROP TABLE fragment_services;

"""An Iceberg table through Iceberg's Java library, in the JVM of the Spark session.

What SQL cannot say is said here: equality deletes, position deletes of chosen files, a commit that
adds and deletes at once, files of an older partition spec.
"""

import json


class JavaTable:
    """The table `name` (`catalog.namespace.table`). Every commit goes to the table's newest state.

    Rows are dictionaries of JSON values as Iceberg writes single values: dates and times as text,
    bytes in hexadecimal. What a row lacks is null. `a.b` names a field of a struct; its value is as
    JSON has it.
    """

    def __init__(self, spark, name: str):
        self.jvm = spark._jvm
        self.gateway = spark.sparkContext._gateway
        self.api = self.jvm.org.apache.iceberg
        self.table = self.api.spark.Spark3Util.loadIcebergTable(spark._jsparkSession, name)

    def commit(self, *files) -> None:
        """One row delta: what it deletes by equality does not touch what it adds."""
        delta = self.table.newRowDelta()
        for file in files:
            data = file.content().name() == "DATA"
            delta = delta.addRows(file) if data else delta.addDeletes(file)
        delta.commit()
        self.table.refresh()

    def data(self, rows: list[dict], spec: int | None = None):
        """A data file of rows that share a partition."""
        schema = self.table.schema()
        partition = self._partition(rows[0], spec)
        file = self._file(spec, partition)
        writer = self._factory().newDataWriter(file, self._spec(spec), partition)
        return self._written(writer, schema, rows).toDataFile()

    def equality_deletes(self, keys: list[dict], spec: int | None = None, at: dict | None = None):
        """A delete file of the rows that are equal to a key in all columns that the first names.

        `spec` is the partition spec of the file, the table's own if not given; `at` a row whose
        partition it belongs to, else that of the first key.
        """
        schema = self.table.schema().select(list(keys[0]))
        ids = [schema.findField(column).fieldId() for column in keys[0]]
        factory = self._factory(ids, schema)
        partition = self._partition(at or keys[0], spec)
        file = self._file(spec, partition)
        writer = factory.newEqualityDeleteWriter(file, self._spec(spec), partition)
        return self._written(writer, schema, keys).toDeleteFile()

    def position_deletes(self, path: str, positions: list[int], at: dict):
        """A delete file of rows of one data file, in the partition of the row `at`."""
        partition = self._partition(at, None)
        file = self._file(None, partition)
        writer = self._factory().newPositionDeleteWriter(file, self.table.spec(), partition)
        for position in sorted(positions):
            delete = self.api.deletes.PositionDelete.create()
            writer.write(delete.set(path, position))
        writer.close()
        return writer.toDeleteFile()

    def _written(self, writer, schema, rows: list[dict]):
        for row in rows:
            writer.write(self._record(schema, row))
        writer.close()
        return writer

    def _factory(self, equality_ids: list[int] | None = None, schema=None):
        parquet = self.api.FileFormat.PARQUET
        builder = self.api.data.GenericFileWriterFactory.Builder(self.table)
        builder = builder.dataFileFormat(parquet).deleteFileFormat(parquet)
        if equality_ids:
            ids = self.gateway.new_array(self.jvm.int, len(equality_ids))
            for i, field_id in enumerate(equality_ids):
                ids[i] = field_id
            builder = builder.equalityFieldIds(ids).equalityDeleteRowSchema(schema)
        return builder.build()

    def _spec(self, spec: int | None):
        return self.table.spec() if spec is None else self.table.specs()[spec]

    def _file(self, spec: int | None, partition):
        factory = self.api.io.OutputFileFactory.builderFor(self.table, 1, 1)
        factory = factory.format(self.api.FileFormat.PARQUET).build()
        return factory.newOutputFile(self._spec(spec), partition)

    def _partition(self, row: dict, spec: int | None):
        if self._spec(spec).isUnpartitioned():
            return None
        schema = self.table.schema()
        key = self.api.PartitionKey(self._spec(spec), schema)
        wrapper = self.api.data.InternalRecordWrapper(schema.asStruct())
        key.partition(wrapper.wrap(self._record(schema, row)))
        return key

    def _record(self, schema, row: dict):
        """Numbers pass as JSON, since the bridge makes a small long an int."""
        struct = schema.asStruct()
        ids = {field.name(): (field.fieldId(), field.type()) for field in schema.columns()}
        plain, others = {}, {}
        for column, value in row.items():
            if "." in column:
                outer = str(ids[column.split(".")[0]][0])
                plain.setdefault(outer, {})[str(schema.findField(column).fieldId())] = value
                continue
            field_id, type_ = ids[column]
            maker = None if value is None else _MAKERS.get(type_.typeId().name())
            if maker:
                others[column] = maker(self.jvm, type_, value)
            else:
                plain[str(field_id)] = value
        record = self.api.SingleValueParser.fromJson(struct, json.dumps(plain))
        for column, value in others.items():
            record.setField(column, value)
        return record


def _timestamp(jvm, type_, text: str):
    if type_.shouldAdjustToUTC():
        return jvm.java.time.OffsetDateTime.parse(text)
    return jvm.java.time.LocalDateTime.parse(text)


# Types whose value in a record is another than the one that JSON gives.
_MAKERS = {
    "DATE": lambda jvm, type_, text: jvm.java.time.LocalDate.parse(text),
    "TIME": lambda jvm, type_, text: jvm.java.time.LocalTime.parse(text),
    "TIMESTAMP": _timestamp,
    "BINARY": lambda jvm, type_, text: jvm.java.nio.ByteBuffer.wrap(bytes.fromhex(text)),
    "FIXED": lambda jvm, type_, text: bytes.fromhex(text),
    "DOUBLE": lambda jvm, type_, number: float(number),  # JSON has no NaN
}

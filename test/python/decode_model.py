"""Reads compact model files of fedsqueeze with Python's standard library alone, written from docs/model-file.md.

    python3 decode_model.py compact-models.json

Prints the models whose floats have not the stated SHA-256 and the formats that give other places, and how many are right;
ends with 1 where one is not.
"""
import base64
import hashlib
import json
import struct
import sys
import zlib

from decode import (
    SYMBOLS,
    Malformed,
    Reader,
    bitmap,
    bits_below,
    coded,
    elias_fano,
    f32,
    golomb,
    map_positions,
    rans_positions,
    raw_symbols,
)


def product(extents):
    out = 1
    for extent in extents:
        out *= extent
    return out


def zigzag(reader):
    code = reader.varint()
    return -(code + 1) // 2 if code % 2 else code // 2


def symbols(reader, count, alphabet):
    return coded(reader, count, alphabet, True, SYMBOLS, raw_symbols)


# Where numbers stand


def lines(reader, count, how_many, width):
    ends = [reader.bits(bits_below(count + 1)) for _ in range(how_many)]
    out = []
    for line, end in enumerate(ends):
        while len(out) < end:
            out.append((line, reader.bits(bits_below(width))))
    reader.align()
    return out


def csr(reader, count, rows, columns, _parameter):
    return [row * columns + column for row, column in lines(reader, count, rows, columns)]


def csc(reader, count, rows, columns, _parameter):
    return sorted(row * columns + column for column, row in lines(reader, count, columns, rows))


def relative(reader, count, _rows, _columns, bits):
    out, place = [], 0
    while len(out) < count:
        zeros = reader.bits(bits)
        place += zeros
        if zeros < 2**bits - 1:
            out.append(place)
            place += 1
    reader.align()
    return out


def as_one_row(code):
    return lambda reader, count, rows, columns, parameter: code(reader, count, rows * columns, parameter)


FORMATS = {
    1: as_one_row(bitmap),
    2: csr,
    3: csc,
    4: relative,
    5: as_one_row(golomb),
    6: as_one_row(elias_fano),
    7: as_one_row(rans_positions),
    8: as_one_row(map_positions),
}

# What the numbers are


def float32(reader, places, _grid, _parameter):
    return [reader.float32() for _ in places]


def planes(reader, places, _grid, _parameter):
    upper = symbols(reader, len(places), 512)
    lower = [reader.bits(23) for _ in places]
    reader.align()
    return [struct.unpack('<f', struct.pack('<I', a << 23 | b))[0] for a, b in zip(upper, lower)]


def codebook(reader, places, _grid, _parameter):
    size = reader.varint()
    table = [reader.float32() for _ in range(size)]
    return [table[symbol] for symbol in symbols(reader, len(places), size)]


def integers(reader, places, grid, parameter):
    _bits, least, most, scales, zeros = grid
    channels = [place % len(scales) for place in places]
    if parameter == 0:
        differences = [
            symbol + least - zeros[channel]
            for symbol, channel in zip(raw_symbols(reader, len(places), most - least + 1), channels)
        ]
    else:
        lowest = least - max(zeros)
        differences = [lowest + symbol for symbol in symbols(reader, len(places), most - min(zeros) - lowest + 1)]
    return [f32(scales[channel] * difference) for channel, difference in zip(channels, differences)]


CODINGS = {0: float32, 1: planes, 2: codebook, 3: integers}


def grid_of(reader):
    bits, least, most, count = reader.uint(1), zigzag(reader), zigzag(reader), reader.varint()
    scales = [reader.float32() for _ in range(count)]
    affine = reader.uint(1)
    return bits, least, most, scales, [zigzag(reader) if affine else 0 for _ in range(count)]


def tensor(reader, shape):
    size = product(shape)
    columns = shape[-1] if shape[-1] > 1 else product(shape[-2:])
    layout, coding = reader.uint(1), reader.uint(1)
    grid = grid_of(reader) if coding & 8 else None
    count = reader.varint() if layout else size
    numbers = [0.0] * size
    if count == 0:
        return numbers
    parameters = reader.uint(1)
    places = FORMATS[layout](reader, count, size // columns, columns, parameters >> 3) if layout else range(size)
    for place, value in zip(places, CODINGS[coding & 7](reader, places, grid, parameters & 7)):
        numbers[place] = value
    return numbers


def floats_of(data, shapes):
    """The floats of a file whose tensors have these shapes; counters it has none."""
    reader = Reader(data)
    if reader.bytes(4) != b'FSCM' or reader.uint(4) != 1:
        raise Malformed('no compact model file of version 1')
    length, checksum = reader.uint(4), reader.uint(4)
    if zlib.crc32(data[16:]) != checksum:
        raise Malformed('checksum')
    header = json.loads(zlib.decompress(reader.bytes(length), -15))
    assert set(header) == {'network', 'layoutId', 'quantized', 'pruned'}
    out = [number for shape in shapes for number in tensor(reader, shape)]
    for _ in range(reader.varint()):
        reader.varint()
        grid_of(reader)
    assert reader.at == len(data), 'bytes are left'
    return struct.pack(f'<{len(out)}f', *out)


def main(path):
    with open(path, encoding='utf8') as file:
        golden = json.load(file)
    failed = 0
    for name, case in golden['models'].items():
        try:
            found = hashlib.sha256(floats_of(base64.b64decode(case['file']), golden['shapes'])).hexdigest()
        except Exception as error:
            found, problem = None, repr(error)
        else:
            problem = 'other floats'
        if found != case['sha256']:
            failed += 1
            print(f'{name}: {problem}')
    wrong = 0
    same = golden['places']
    positions = [int(word) for word in same['positions'].split()]
    for case in same['formats']:
        reader = Reader(bytes.fromhex(case['bytes']))
        found = FORMATS[case['format']](reader, len(positions), same['rows'], same['columns'], case['parameter'])
        if found != positions or reader.at != len(reader.data):
            wrong += 1
            print(f"format {case['format']}: other places")
    models, places = len(golden['models']), len(same['formats'])
    print(f'{models - failed} of {models} models read to the bit, {places - wrong} of {places} formats of places')
    return 1 if failed or wrong else 0


if __name__ == '__main__':
    sys.exit(main(sys.argv[1]))

"""Decodes payloads of fedsqueeze with Python's standard library alone, written from docs/codecs.md and docs/protocol.md.

    python3 decode.py payloads.json

Prints the cases that don't give the stated floats to the bit, and how many did; ends with 1 where one did not.
"""
import hashlib
import json
import math
import struct
import sys
import zlib

MAX_FLOAT = 3.4028234663852886e38


def f32(value):
    return struct.unpack('<f', struct.pack('<f', value))[0]


def saturate(value):
    return min(MAX_FLOAT, max(-MAX_FLOAT, value))


def fround(value):
    """To float32; what is above the greatest one becomes it."""
    value = saturate(value)
    return f32(value)


class Malformed(Exception):
    pass


class Random:
    """Philox4x32-10, keyed by purpose and seed; the counter is (block low, block high, round, client)."""

    def __init__(self, seed, purpose, round_number, client):
        digest = hashlib.sha256(f'fedsqueeze/{purpose}/{seed}'.encode()).digest()
        self.key = struct.unpack('<2I', digest[:8])
        self.tail = (round_number, client)
        self.block = 0
        self.words = []

    def word(self):
        if not self.words:
            c = [self.block & 0xFFFFFFFF, self.block >> 32, *self.tail]
            k0, k1 = self.key
            for _ in range(10):
                p0, p1 = 0xD2511F53 * c[0], 0xCD9E8D57 * c[2]
                c = [(p1 >> 32) ^ c[1] ^ k0, p1 & 0xFFFFFFFF, (p0 >> 32) ^ c[3] ^ k1, p0 & 0xFFFFFFFF]
                k0, k1 = (k0 + 0x9E3779B9) & 0xFFFFFFFF, (k1 + 0xBB67AE85) & 0xFFFFFFFF
            self.words = c
            self.block += 1
        return self.words.pop(0)

    def below(self, n):
        limit = 2**32 - 2**32 % n
        word = self.word()
        while word >= limit:
            word = self.word()
        return word % n


class Reader:
    """Bits most significant first; bytes and little-endian numbers at byte boundaries."""

    def __init__(self, data):
        self.data, self.at, self.bit_at = data, 0, 0

    def bytes(self, count):
        if self.at + count > len(self.data):
            raise Malformed('truncated')
        self.at += count
        return self.data[self.at - count : self.at]

    def uint(self, size):
        return int.from_bytes(self.bytes(size), 'little')

    def float32(self):
        return struct.unpack('<f', self.bytes(4))[0]

    def varint(self):
        value = shift = 0
        while True:
            byte = self.uint(1)
            value |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                return value

    def bits(self, count):
        value = 0
        for _ in range(count):
            if self.at >= len(self.data):
                raise Malformed('truncated')
            value = value * 2 + (self.data[self.at] >> (7 - self.bit_at) & 1)
            self.bit_at += 1
            if self.bit_at == 8:
                self.at, self.bit_at = self.at + 1, 0
        return value

    def unary(self):
        count = 0
        while self.bits(1):
            count += 1
        return count

    def gamma(self):
        size = 0
        while not self.bits(1):
            size += 1
        return 2**size + self.bits(size)

    def align(self):
        if self.bit_at:
            if self.bits(8 - self.bit_at):
                raise Malformed('padding')


def bits_below(limit):
    return 0 if limit <= 1 else (limit - 1).bit_length()


# Streams of positions and of symbols


def ascending(gaps):
    position = -1
    out = []
    for gap in gaps:
        position += gap
        out.append(position)
    return out


def raw_positions(reader, count, length):
    out = [reader.bits(bits_below(length)) for _ in range(count)]
    reader.align()
    return out


def golomb(reader, count, length, parameter):
    """Rice's code with a power of two; parameter 31: any divisor, the rest in truncated binary."""
    divisor = reader.varint() if parameter == 31 else 2**parameter
    bits = bits_below(divisor)
    short = 2**bits - divisor
    gaps = []
    for _ in range(count):
        quotient = reader.unary()
        rest = reader.bits(bits - 1) if bits else 0
        if rest >= short and bits:
            rest = 2 * rest + reader.bits(1) - short
        gaps.append(1 + quotient * divisor + rest)
    reader.align()
    return ascending(gaps)


def bitmap(reader, count, length, _parameter):
    data = reader.bytes((length + 7) // 8)
    out = [i for i in range(8 * len(data)) if data[i >> 3] >> (7 - (i & 7)) & 1]
    if len(out) != count:
        raise Malformed('count')
    return out


def elias_fano(reader, count, length, low):
    lows = [reader.bits(low) for _ in range(count)]
    high = 0
    out = []
    for value in lows:
        high += reader.unary()
        out.append(high * 2**low + value)
    reader.align()
    return out


def elias_number(reader, which):
    if which == 0:
        return reader.gamma()
    size = reader.gamma()
    return 2 ** (size - 1) + reader.bits(size - 1)


def elias_positions(reader, count, length, which):
    out = ascending([elias_number(reader, which) for _ in range(count)])
    reader.align()
    return out


def gap_positions(reader, count, length, which):
    """Elias's codes, or whole bytes."""
    if which < 2:
        return elias_positions(reader, count, length, which)
    return ascending([1 + reader.varint() for _ in range(count)])


class RangeDecoder:
    def __init__(self, reader):
        self.source = reader.bytes(reader.varint())
        self.at, self.code, self.range = 0, 0, 0xFFFFFFFF
        for _ in range(4):
            self.code = self.code << 8 | self.next()

    def next(self):
        self.at += 1
        return self.source[self.at - 1] if self.at <= len(self.source) else 0

    def narrow(self, bound):
        bit = int(self.code >= bound)
        if bit:
            self.code -= bound
            self.range -= bound
        else:
            self.range = bound
        while self.range < 2**24:
            self.code = (self.code << 8 | self.next()) & 0xFFFFFFFF
            self.range = self.range << 8 & 0xFFFFFFFF
        return bit

    def bit(self, contexts, context):
        zero, seen = contexts.get(context, (0.5, 0))
        bit = self.narrow(int(self.range * zero))
        zero += ((1 - bit) - zero) * (1 / (seen + 2))
        contexts[context] = (min(1 - 2**-14, max(2**-14, zero)), min(seen + 1, 1022))
        return bit

    def even(self, count):
        value = 0
        for _ in range(count):
            value = value * 2 + self.narrow(self.range >> 1)
        return value


def range_positions(reader, count, length, _parameter):
    coder = RangeDecoder(reader)
    classes, below = {}, {}
    gaps, before = [], 0
    for _ in range(count):
        node = 1
        for _ in range(5):
            node = 2 * node + coder.bit(classes, (before, node))
        size = node - 32
        number, left = 1, size
        while left > 0 and number < 8:
            number = 2 * number + coder.bit(below, (size, number))
            left -= 1
        gaps.append(number * 2**left + coder.even(left))
        before = size
    return ascending(gaps)


class RansDecoder:
    """Two states that take turns."""

    def __init__(self, reader, precision):
        self.precision = precision
        length = reader.varint()
        self.states = [reader.uint(4), reader.uint(4)]
        self.words = iter([reader.uint(2) for _ in range(length)])

    def slot(self):
        return self.states[0] & (2**self.precision - 1)

    def take(self, frequency, start):
        state, other = self.states
        state = frequency * (state >> self.precision) + self.slot() - start
        self.states = [other, state << 16 | next(self.words) if state < 2**15 else state]

    def end(self):
        if list(self.words) or self.states != [2**15, 2**15]:
            raise Malformed('end')


def frequency_table(reader, alphabet, precision):
    table_size = reader.gamma() - 1
    order = reader.bits(4)
    frequencies = [0] * alphabet
    i = 0
    while i < table_size:
        frequencies[i] = (reader.gamma() - 1) * 2**order + reader.bits(order)
        i += 1 if frequencies[i] else reader.gamma()
    reader.align()
    if sum(frequencies) != 2**precision:
        raise Malformed('table')
    return frequencies


def rans(reader, count, alphabet, precision):
    if precision >= 16:
        return rans_with_escape(reader, count, alphabet, precision - 16)
    frequencies = frequency_table(reader, alphabet, precision)
    starts, owner = [], []
    for symbol, frequency in enumerate(frequencies):
        starts.append(len(owner))
        owner += [symbol] * frequency
    decoder = RansDecoder(reader, precision)
    out = []
    for _ in range(count):
        symbol = owner[decoder.slot()]
        out.append(symbol)
        decoder.take(frequencies[symbol], starts[symbol])
    decoder.end()
    return out


def rans_with_escape(reader, count, alphabet, precision):
    symbols = rans(reader, count, alphabet + 1, precision)
    rare = iter(rans(reader, symbols.count(alphabet), alphabet, reader.uint(1)))
    return [next(rare) if symbol == alphabet else symbol for symbol in symbols]


def rans_positions(reader, count, length, precision):
    tokens = rans(reader, count, 7 + 4 * 29, precision)
    gaps = []
    for token in tokens:
        if token < 7:
            gaps.append(token + 1)
        else:
            bits = ((token - 7) >> 2) + 1
            gaps.append((4 + ((token - 7) & 3)) * 2**bits + reader.bits(bits))
    reader.align()
    return ascending(gaps)


def logarithm(share):
    """Eight times the binary logarithm of share + 16, linear between eighths."""
    value = share + 16
    size = value.bit_length() - 1
    return 8 * size + ((value << 3 >> size) - 8)


def significance_map(reader, length):
    fractions = [32768, 31379, 30048, 28774, 27554, 26386, 25268, 24196]
    fractions += [23170, 22188, 21247, 20347, 19484, 18658, 17867, 17109]
    row_length = reader.varint()
    zeros = [32768 - max(1, min(32767, fractions[byte % 16] >> byte // 16)) for byte in reader.bytes(24)]
    decoder = RansDecoder(reader, 15)
    near, overall, columns, above = 2048, 2048 << 12, [2048] * row_length, [0] * row_length
    out = []
    for i in range(length):
        column = i % row_length
        octave = (logarithm(near >> 4) + logarithm(columns[column] >> 4) - logarithm(overall >> 16)) >> 3
        zero = zeros[2 * max(0, min(11, octave)) + above[column]]
        bit = int(decoder.slot() >= zero)
        decoder.take(32768 - zero if bit else zero, zero if bit else 0)
        out.append(bit)
        near += (65536 * bit - near) >> 5
        columns[column] += (65536 * bit - columns[column]) >> 5
        overall += (2**28 * bit - overall) >> 12
        above[column] = bit
    decoder.end()
    return out, row_length


def map_positions(reader, count, length, _parameter):
    bits, _row_length = significance_map(reader, length)
    return [i for i, bit in enumerate(bits) if bit]


def map_symbols(reader, count, alphabet, _parameter):
    mode = reader.varint()
    bits, row_length = significance_map(reader, count)
    places = [i for i, bit in enumerate(bits) if bit]
    out = [mode] * count
    if not places:
        return out
    others = rans(reader, len(places), alphabet, reader.uint(1))
    is_zigzag, is_centred = mode == 0 and alphabet % 2 == 1, 2 * mode == alphabet - 1
    negative = {}
    for place, symbol in zip(places, others):
        column = place % row_length
        if is_zigzag:
            symbol = ((symbol - 1) ^ 1) + 1 if negative.get(column) else symbol
            negative[column] = symbol % 2 == 1
        elif is_centred:
            symbol = alphabet - 1 - symbol if negative.get(column) else symbol
            negative[column] = symbol < mode
        out[place] = symbol
    return out


def raw_symbols(reader, count, alphabet):
    out = [reader.bits(bits_below(alphabet)) for _ in range(count)]
    reader.align()
    return out


def huffman(reader, count, alphabet, _parameter):
    lengths = []
    while len(lengths) < alphabet:
        length = reader.bits(4)
        lengths += [length] if length else [0] * reader.gamma()
    reader.align()
    words, word, before = {}, 0, 0
    for length, symbol in sorted((length, symbol) for symbol, length in enumerate(lengths) if length):
        word <<= length - before
        words[(length, word)] = symbol
        word, before = word + 1, length
    out = []
    for _ in range(count):
        length = word = 0
        while (length, word) not in words:
            length, word = length + 1, word * 2 + reader.bits(1)
            if length > 15:
                raise Malformed('word')
        out.append(words[(length, word)])
    reader.align()
    return out


def range_symbols(reader, count, alphabet, _parameter):
    bits = bits_below(alphabet)
    depth = min(bits, 8)
    mode = reader.varint()
    coder = RangeDecoder(reader)
    modes, tree = {}, {}
    short = long = 0
    step = lambda average: max(0, min(7, average.bit_length() - 5))
    out = []
    for _ in range(count):
        is_mode = coder.bit(modes, 8 * step(long) + step(short)) == 0
        if is_mode:
            out.append(mode)
        else:
            busy = int(long > 1024)
            node = 1
            for _ in range(depth):
                node = 2 * node + coder.bit(tree, (busy, node))
            out.append((node - 2**depth) << (bits - depth) | coder.even(bits - depth))
        target = 0 if is_mode else 4096
        short += (target - short) >> 2
        long += (target - long) >> 5
    return out


def elias_symbols(reader, count, alphabet, which):
    out = [elias_number(reader, which % 2) - 1 for _ in range(count)]
    reader.align()
    if which < 2:
        return out
    middle = (alphabet - 1) // 2
    return [middle + (n // 2 if n % 2 == 0 else -(n + 1) // 2) for n in out]


def deflate(reader, count, alphabet, _parameter):
    data = zlib.decompress(reader.bytes(reader.varint()), -15)
    if alphabet <= 256:
        return list(data)
    return [data[i] + 256 * data[count + i] for i in range(count)]


POSITIONS = {1: golomb, 2: bitmap, 3: range_positions, 4: elias_fano, 5: gap_positions, 6: map_positions, 7: rans_positions}
SYMBOLS = {1: huffman, 2: range_symbols, 3: deflate, 5: rans, 6: elias_symbols, 7: map_symbols}


def coded(reader, count, limit, is_coded, codes, raw):
    if count == 0:
        return []
    byte = reader.uint(1) if is_coded else 0
    if byte == 0:
        return raw(reader, count, limit)
    return codes[byte >> 5](reader, count, limit, byte & 31)


# Stages: each reads its side information and gives the next shape and the way back


class Shape:
    def __init__(self, length, kind='floats', support='all', count=None, positions=None, alphabet=0):
        self.length, self.kind, self.support = length, kind, support
        self.count = length if count is None else count
        self.positions, self.alphabet = positions, alphabet

    def symbols(self, alphabet):
        return Shape(self.length, 'symbols', self.support, self.count, self.positions, alphabet)


class Unit:
    def __init__(self, length, extents, random):
        self.length, self.extents, self.random = length, extents, random


def dense(values, shape):
    if shape.support == 'all':
        return values
    out = [0.0] * shape.length
    for position, value in zip(shape.positions, values):
        out[position] = value
    return out


def quantizer(shape, alphabet, restore):
    """Symbols back to values; where they stand stays as it was."""
    return shape.symbols(alphabet), lambda values, coded_shape: (restore(values), Shape(
        coded_shape.length, 'floats', coded_shape.support, coded_shape.count, coded_shape.positions))


def kept_count(fraction, length):
    return min(length, max(1, math.ceil(fraction * length - 1e-6)))


def explicit(options, shape, reader, unit):
    return Shape(shape.length, 'floats', 'explicit', reader.varint()), lambda values, s: (values, s)


def randomk(options, shape, reader, unit):
    count, length = kept_count(options['fraction'], shape.length), shape.length
    random = unit.random('randomk')
    drawn = min(count, length - count)
    marks = set()
    while len(marks) < drawn:
        marks.add(random.below(length))
    positions = sorted(marks) if drawn == count else [i for i in range(length) if i not in marks]
    return Shape(length, 'floats', 'keyed', count, positions), lambda values, s: (values, s)


def sbc(options, shape, reader, unit):
    count, mean = reader.varint(), reader.float32()
    coded_shape = Shape(shape.length, 'symbols', 'explicit', count, None, 1)
    return coded_shape, lambda values, s: ([mean] * count, Shape(s.length, 'floats', 'explicit', count, s.positions))


def bfloat16(bits):
    return struct.unpack('<f', struct.pack('<I', bits << 16))[0]


def levels(lowest, highest, block, count):
    top = count - 1

    def restore(symbols):
        out = []
        for i, symbol in enumerate(symbols):
            low, high = lowest[i // block], highest[i // block]
            out.append(f32((low * (top - symbol) + high * symbol) / top))
        return out

    return restore


def dithered_levels(lowest, highest, block, count, noise):
    top = count - 1

    def restore(symbols):
        out = []
        for i, symbol in enumerate(symbols):
            low, high, at = lowest[i // block], highest[i // block], symbol - (noise(i) - 0.5)
            out.append(fround((low * (top - at) + high * at) / top))
        return out

    return restore


def noise_of(random, count):
    """What rounding added to each value: half words, the low half of a word first."""
    words = [random.word() for _ in range(-(-count // 2))]
    return lambda i: ((words[i >> 1] >> 16 * (i & 1) & 0xFFFF) + 0.5) / 65536


def around(scales):
    return [-scale for scale in scales], scales


def scales_of(reader, count, block):
    if block is None:
        return [reader.float32()], max(1, count)
    return [bfloat16(reader.uint(2)) for _ in range(-(-count // block))], block


def columns_of(shape, unit):
    if shape.support != 'all' or shape.count != unit.length or shape.count == 0 or len(unit.extents) < 2:
        return 1
    return unit.extents[-1]


def quantize(options, shape, reader, unit):
    bits, scale, block = options['bits'], options['scale'], options['block']
    count = 2**bits if scale in ('gaussian', 'minmax') or bits == 1 else 2**bits - 1
    columns = columns_of(shape, unit) if block == 'channel' else 1
    if isinstance(block, int):
        size, parts = block, -(-shape.count // block)
    else:
        size, parts = max(1, shape.count // columns), columns
    number = reader.float32 if block is None else lambda: bfloat16(reader.uint(2))
    if scale == 'minmax':
        pairs = [(number(), number()) for _ in range(parts)]
        lowest, highest = [low for low, _ in pairs], [high for _, high in pairs]
    else:
        lowest, highest = around([number() for _ in range(parts)])
    if options['rounding'] == 'dithered':
        restore = dithered_levels(lowest, highest, size, count, noise_of(unit.random('quantize'), shape.count))
    else:
        restore = levels(lowest, highest, size, count)

    def by_rows(symbols):
        values = restore(symbols)
        rows = len(values) // columns
        return [values[column * rows + row] for row in range(rows) for column in range(columns)]

    return quantizer(shape, count, restore if columns == 1 else by_rows)


def qsgd(options, shape, reader, unit):
    above_zero = options['levels'] if options['adapt'] == 'none' else reader.uint(2)
    count = 2 * above_zero + 1
    scales, block = scales_of(reader, shape.count, options['bucket'])
    return quantizer(shape, count, levels(*around(scales), block, count))


def terngrad(options, shape, reader, unit):
    return quantizer(shape, 3, levels(*around([reader.float32()]), max(1, shape.count), 3))


def ternary(options, shape, reader, unit):
    scale = reader.float32()
    table = [scale, -scale] if shape.support == 'explicit' else [0.0, scale, -scale]
    return quantizer(shape, len(table), lambda symbols: [table[s] for s in symbols])


def sign(options, shape, reader, unit):
    scale = reader.float32() if options['scale'] == 'mean' else float(reader.uint(1))
    return quantizer(shape, 2, lambda symbols: [scale if s == 0 else -scale for s in symbols])


def onebit(options, shape, reader, unit):
    columns = columns_of(shape, unit)
    negative = [reader.float32() for _ in range(columns)]
    other = [reader.float32() for _ in range(columns)]
    return quantizer(shape, 2, lambda symbols: [
        (negative if s else other)[i % columns] for i, s in enumerate(symbols)])


def half(bits):
    return struct.unpack('<e', struct.pack('<H', bits))[0]


def float16(options, shape, reader, unit):
    scale = 2.0 ** struct.unpack('<b', reader.bytes(1))[0]
    gap = 0x7C00
    value = lambda s: half(s) if s < gap else -half(s - gap)
    return quantizer(shape, 2 * gap, lambda symbols: [fround(value(s) * scale) for s in symbols])


def integer(symbol):
    return -((symbol + 1) // 2) if symbol & 1 else symbol // 2


def integers(options, shape, reader, unit):
    step, magnitude = 2.0 ** (reader.uint(2) - 149), reader.uint(2)
    return quantizer(shape, 2 * magnitude + 1, lambda symbols: [fround(integer(s) * step) for s in symbols])


def step(options, shape, reader, unit):
    length, magnitude = reader.float32(), reader.uint(2)
    nearest = options['rounding'] == 'nearest' and not options['powerOfTwo']
    restore = options.get('restore') or ('means' if nearest else 'multiples')
    means = [reader.float32() for _ in range(min(magnitude, 8) if restore == 'means' else 0)]
    if options['rounding'] == 'dithered':
        noise = noise_of(unit.random('step'), shape.count)
        return quantizer(shape, 2 * magnitude + 1, lambda symbols: [
            fround((integer(s) - (noise(i) - 0.5)) * length) for i, s in enumerate(symbols)])

    def value(symbol):
        n = integer(symbol)
        if 0 < abs(n) <= len(means):
            return math.copysign(means[abs(n) - 1], n)
        return fround(n * length)

    return quantizer(shape, 2 * magnitude + 1, lambda symbols: [value(s) for s in symbols])


def natural(options, shape, reader, unit):
    value = lambda s: 0.0 if s == 0 else (1 if s & 1 else -1) * 2.0 ** ((s + 1) // 2 - 127)
    return quantizer(shape, 509, lambda symbols: [value(s) for s in symbols])


def small_float(fraction_bits, bias, count):
    def magnitude(code):
        exponent, fraction = code >> fraction_bits, (code & (2**fraction_bits - 1)) / 2**fraction_bits
        return fraction * 2.0 ** (1 - bias) if exponent == 0 else (1 + fraction) * 2.0 ** (exponent - bias)

    table = [magnitude(code) for code in range(count)]
    return lambda symbol: table[symbol] if symbol < count else -table[symbol - count], 2 * count


SMALL = {'e4m3': small_float(3, 7, 127), 'e5m2': small_float(2, 15, 124), 'fp4': small_float(1, 1, 8)}
SMALL['fp8-e4m3'], SMALL['fp8-e5m2'] = SMALL['e4m3'], SMALL['e5m2']


def float8(options, shape, reader, unit):
    value, alphabet = SMALL[options['format']]
    scale = 2.0 ** (reader.uint(2) - 149)
    return quantizer(shape, alphabet, lambda symbols: [fround(value(s) * scale) for s in symbols])


def mx(options, shape, reader, unit):
    value, alphabet = SMALL[options['element']]
    scales = [2.0 ** (reader.uint(1) - 127) for _ in range(-(-shape.count // 32))]
    return quantizer(shape, alphabet, lambda symbols: [
        fround(value(s) * scales[i // 32]) for i, s in enumerate(symbols)])


def bfloat(options, shape, reader, unit):
    return quantizer(shape, 65536, lambda symbols: [bfloat16(s) for s in symbols])


NF4 = [f32(x) for x in (
    -1, -0.6961928, -0.52507305, -0.3949175, -0.28444138, -0.18477343, -0.091050036, 0,
    0.0795803, 0.1609302, 0.2461123, 0.33791524, 0.44070983, 0.562617, 0.72295684, 1)]


def nf4(options, shape, reader, unit):
    scales, block = scales_of(reader, shape.count, options['block'])
    return quantizer(shape, 16, lambda symbols: [
        fround(NF4[s] * scales[i // block]) for i, s in enumerate(symbols)])


LLOYD_MAX = []


def level(bits, code):
    half_count = 2 ** (bits - 1)
    table = LLOYD_MAX[bits - 1]
    return -table[half_count - 1 - code] if code < half_count else table[code - half_count]


def lloydmax(options, shape, reader, unit):
    scale, bits = reader.float32(), options['bits']
    return quantizer(shape, 2**bits, lambda symbols: [fround(scale * level(bits, s)) for s in symbols])


def cluster(options, shape, reader, unit):
    codebook = [reader.float32() for _ in range(reader.uint(1) + 1)]
    return quantizer(shape, len(codebook), lambda symbols: [codebook[s] for s in symbols])


# Rotations


def pieces(length):
    out = []
    while length > 0:
        below = 2 ** (length.bit_length() - 1)
        above = below if below == length else 2 * below
        piece = above if below < 64 or length > 0.875 * above else below
        out.append(piece)
        length -= min(piece, length)
    return out


def signs_from(random, padded):
    words = [random.word() for _ in range(-(-padded // 32))]
    return [-1.0 if words[i >> 5] >> (i & 31) & 1 else 1.0 for i in range(padded)]


def hadamard(values):
    """The order of the levels decides the last bits."""
    apart = 1
    while apart < len(values):
        for i in range(len(values)):
            if not i & apart:
                a, b = values[i], values[i + apart]
                values[i], values[i + apart] = a + b, a - b
        apart *= 2


def rotate_back(rotated, signs, length):
    out, at = [], 0
    for piece in pieces(length):
        work = list(rotated[at : at + piece])
        hadamard(work)
        norm = 1 / math.sqrt(piece)
        out += [fround(work[i] * signs[at + i] * norm) for i in range(min(piece, length - at))]
        at += piece
    return out


def rotate(options, shape, reader, unit):
    length, padded = shape.length, sum(pieces(shape.length))
    signs = signs_from(unit.random('rotate'), padded)
    return Shape(padded), lambda values, s: (rotate_back(dense(values, s), signs, length), Shape(length))


def draw_extra(random, whole, part, lengths):
    """Which coordinates have one bit more; None where all have as many."""
    if part == 0:
        return None
    padded = sum(lengths)
    words = [random.word() for _ in range(-(-padded // 2))]
    extra = [int((words[i >> 1] >> 16 * (i & 1) & 0xFFFF) < part) for i in range(padded)]
    if whole == 0:
        at = 0
        for length in lengths:
            extra[at : at + min(length, 8)] = [1] * min(length, 8)
            at += length
    return extra


def codes_of(symbols, whole, extra, padded):
    """(bits, code) of every coordinate."""
    if extra is None:
        return [(whole, symbol) for symbol in symbols]
    if whole == 0:
        left = iter(symbols)
        return [(1, next(left)) if more else (0, 0) for more in extra]
    bits = Reader(bytes(symbols))
    codes = [(whole + more, bits.bits(whole + more)) for more in extra]
    bits.align()
    return codes


def rotated_levels(stage, bits, shape, reader, unit):
    length, lengths = shape.length, pieces(shape.length)
    padded = sum(lengths)
    random = unit.random(stage)
    signs = signs_from(random, padded)
    whole, part = divmod(math.floor(bits * 65536 + 0.5), 65536)
    extra = draw_extra(random, whole, part, lengths)
    scales = [reader.float32() for _ in lengths]

    def back(symbols, _shape):
        values = [f32(level(b, code)) if b else 0.0 for b, code in codes_of(symbols, whole, extra, padded)]
        at = 0
        for piece, scale in zip(lengths, scales):
            for i in range(at, at + piece):
                values[i] = fround(values[i] * scale)
            at += piece
        return rotate_back(values, signs, length), Shape(length)

    if extra is None:
        count, alphabet = padded, 2**whole
    elif whole == 0:
        count, alphabet = sum(extra), 2
    else:
        count, alphabet = -(-(whole * padded + sum(extra)) // 8), 256
    return Shape(count, 'symbols', 'all', count, None, alphabet), back


def eden(options, shape, reader, unit):
    return rotated_levels('eden', options['bits'], shape, reader, unit)


def drive(options, shape, reader, unit):
    return rotated_levels('drive', 1, shape, reader, unit)


def lowrank(options, shape, reader, unit):
    rank = options['rank']
    columns = unit.extents[-1] if unit.extents else 1
    rows = unit.length // columns if columns else 0
    is_matrix = len(unit.extents) > 1 and unit.length > 0 and shape.length == unit.length
    if not is_matrix or rank * (rows + columns) >= unit.length:
        return shape, lambda values, s: (dense(values, s), Shape(s.length))

    def back(values, s):
        factors, right = dense(values, s), rows * rank
        out = []
        for row in range(rows):
            for column in range(columns):
                total = 0.0
                for k in range(rank):
                    total += factors[row * rank + k] * factors[right + column * rank + k]
                out.append(fround(total))
        return out, Shape(unit.length)

    return Shape(rank * (rows + columns)), back


STAGES = {
    'topk': explicit, 'threshold': explicit, 'sidco': explicit, 'randomk': randomk, 'sbc': sbc,
    'quantize': quantize, 'qsgd': qsgd, 'terngrad': terngrad, 'ternary': ternary, 'sign': sign, 'onebit': onebit,
    'float16': float16, 'integers': integers, 'step': step, 'natural': natural, 'float8': float8, 'mx': mx,
    'bfloat16': bfloat, 'nf4': nf4, 'lloydmax': lloydmax, 'rotate': rotate, 'eden': eden, 'drive': drive,
    'lowrank': lowrank, 'cluster': cluster,
}
BOTH = ('positions', 'symbols')
CODERS = {
    'golomb': ('positions',), 'huffman': ('symbols',), 'deflate': ('symbols',), 'brotli': ('symbols',),
    'entropy': BOTH, 'rans': BOTH, 'arithmetic': BOTH, 'eliasgamma': BOTH, 'eliasdelta': BOTH,
    'eliasfano': ('positions',), 'bitmap': ('positions',), 'varint': ('positions',),
}


def decode_unit(stages, reader, unit):
    shape, backs, coders = Shape(unit.length), [], set()
    for stage in stages:
        (name, options), = stage.items()
        if name in CODERS:
            coders.update(CODERS[name])
            continue
        shape, back = STAGES[name](options, shape, reader, unit)
        backs.append(back)
    if shape.support == 'explicit':
        shape.positions = coded(reader, shape.count, shape.length, 'positions' in coders, POSITIONS, raw_positions)
    if shape.kind == 'symbols':
        values = coded(reader, shape.count, shape.alphabet, 'symbols' in coders, SYMBOLS, raw_symbols)
    else:
        values = [reader.float32() for _ in range(shape.count)]
    for back in reversed(backs):
        values, shape = back(values, shape)
    return dense(values, shape)


def decode(payload, case, golden):
    key, tensors = golden['key'], golden['layout']['tensors']
    reader = Reader(payload)
    codes = len(case['stages'])
    fingerprint = hashlib.sha256(
        json.dumps(case['stages'], sort_keys=True, separators=(',', ':'), ensure_ascii=False).encode()).digest()
    assert reader.uint(1) == 1, 'version'
    assert reader.bytes(4).hex() == golden['layout']['id'][:8], 'layout'
    assert reader.uint(1) == codes + (128 if case['scope'] == 'tensor' else 0), 'scope'
    reader.bytes(codes)
    assert reader.bytes(4) == fingerprint[:4], 'stages'
    streams = {}

    def random(stage):
        if stage not in streams:
            streams[stage] = Random(key['seed'], f"codec/{key['part']}/{stage}", key['round'], key['client'])
        return streams[stage]

    floats = [t for t in tensors if t['role'] != 'counter']
    sizes = [math.prod(t['shape']) for t in floats]
    units = [(size, t['shape']) for size, t in zip(sizes, floats)]
    if case['scope'] == 'model':
        units = [(sum(sizes), [sum(sizes)])]
    out = []
    for size, extents in units:
        out += decode_unit(case['stages'], reader, Unit(size, extents, random))
    assert reader.at == len(payload), 'bytes are left'
    return b''.join(struct.pack('<f', value) for value in out)


def main(path):
    with open(path, encoding='utf8') as file:
        golden = json.load(file)
    LLOYD_MAX.extend([[f32(x) for x in row] for row in golden['lloydMax']])
    failed = checked = 0
    for case in golden['cases']:
        if any('brotli' in stage for stage in case['stages']):
            continue
        checked += 1
        try:
            got = decode(bytes.fromhex(case['payload']), case, golden)
        except Exception as error:
            got, problem = None, repr(error)
        else:
            problem = 'other floats'
        if got is None or got.hex() != case['decoded']:
            failed += 1
            print(f"{case['name']}: {problem}")
    print(f'{checked - failed} of {checked} payloads decoded to the bit')
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main(sys.argv[1]))

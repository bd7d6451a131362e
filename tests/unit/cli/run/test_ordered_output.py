"""What documents that run at once write, each whole and in order."""

import io

from arazzo_runner.cli.run.ordered_output import OrderedOutput, OrderedStream


def test_later_documents_wait_for_earlier_ones():
    output, out, lines = OrderedOutput(), io.StringIO(), []
    streams = [OrderedStream(output, number, out) for number in range(4)]
    streams[1].write("one a ")
    streams[0].write("zero a ")
    assert out.getvalue() == "zero a "
    output.put(1, lines.append, b"{}\n")
    streams[2].write("two\udcff ")
    output.end(2)
    streams[1].write("one b ")
    assert (out.getvalue(), lines) == ("zero a ", [])
    streams[0].write("zero b ")
    output.end(0)
    assert out.getvalue() == "zero a zero b one a one b "
    assert lines == [b"{}\n"]
    streams[1].write("one c ")  # at once: it is its turn
    assert out.getvalue().endswith("one c ")
    output.end(1)
    assert out.getvalue().endswith("one c two\udcff ")
    streams[3].write("three")
    output.end(3)
    assert out.getvalue().endswith("two\udcff three")
    output.close()


def test_a_stream_is_what_is_behind_it():
    output = OrderedOutput()
    stream = OrderedStream(output, 0, io.TextIOWrapper(io.BytesIO(), "latin-1"))
    assert stream.encoding == "latin-1"
    assert not stream.isatty()
    assert stream.write("abc") == 3
    stream.flush()
    output.close()

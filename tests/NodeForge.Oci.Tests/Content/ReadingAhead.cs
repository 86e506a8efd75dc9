using FsCheck;
using FsCheck.Fluent;
using NodeForge.Oci.Content;

namespace NodeForge.Oci.Tests.Content;

public sealed class ReadingAhead
{
    [Fact]
    public void The_bytes_are_those_of_the_source_however_they_come_and_are_taken() =>
        Prop.ForAll<byte[], PositiveInt, PositiveInt>(
                static (bytes, given, wanted) =>
                {
                    byte[] all = [.. Enumerable.Repeat(bytes, 50).SelectMany(static part => part)];
                    using ReadAheadStream ahead = new(new Dribbling(all, given.Get, failure: null));
                    using MemoryStream read = new();
                    ahead.CopyTo(read, wanted.Get);
                    return read.ToArray().SequenceEqual(all);
                }
            )
            .QuickCheckThrowOnFailure();

    [Fact]
    public void A_failure_of_the_source_comes_after_the_bytes_before_it()
    {
        using ReadAheadStream ahead = new(new Dribbling(new byte[100], 7, new InvalidDataException("damaged")));
        byte[] read = new byte[100];
        ahead.ReadExactly(read);
        Assert.Equal("damaged", Assert.Throws<InvalidDataException>(() => ahead.ReadByte()).Message);
    }

    [Fact]
    public void Who_stops_early_waits_for_nothing_and_lets_go_of_the_source()
    {
        Dribbling source = new(new byte[64 << 20], 1 << 16, failure: null);
        using (ReadAheadStream ahead = new(source))
            Assert.Equal(0, ahead.ReadByte());
        Assert.True(source.Disposed);
        Assert.InRange(source.Given, 1, 8 << 20);
    }

    private sealed class Dribbling(byte[] bytes, int step, Exception? failure) : ReadOnlyStream
    {
        public int Given { get; private set; }

        public bool Disposed { get; private set; }

        public override int Read(Span<byte> buffer)
        {
            int count = Math.Min(Math.Min(step, buffer.Length), bytes.Length - Given);
            if (count == 0 && failure is not null)
                throw failure;
            bytes.AsSpan(Given, count).CopyTo(buffer);
            Given += count;
            return count;
        }

        protected override void Dispose(bool disposing)
        {
            Disposed = true;
            base.Dispose(disposing);
        }
    }
}

using System.Globalization;
using System.Text;

namespace NodeForge.Documents.Toml;

/// <summary>TOML's four forms of strings.</summary>
internal static class TomlStrings
{
    public static string Read(TomlCursor cursor)
    {
        char quote = cursor.Here;
        if (!cursor.Begins(new string(quote, 3)))
        {
            cursor.Skip(1);
            return OneLine(cursor, quote);
        }

        cursor.Skip(3);
        // A line end right behind the opening quotes is not part of the text.
        cursor.TrySkipLineEnd();
        return ManyLines(cursor, quote);
    }

    /// <summary>The form that keys may have.</summary>
    public static string ReadKey(TomlCursor cursor) =>
        cursor.Begins(new string(cursor.Here, 3)) ? throw cursor.Refuse("a key cannot be a text of several lines") : Read(cursor);

    private static string OneLine(TomlCursor cursor, char quote)
    {
        StringBuilder text = new();
        while (!cursor.TryTake(quote))
        {
            if (cursor.Here is '\n' or '\r')
                throw cursor.Refuse("the string does not end on its line");
            AddOne(cursor, quote, text);
        }

        return text.ToString();
    }

    private static string ManyLines(TomlCursor cursor, char quote)
    {
        StringBuilder text = new();
        string closing = new(quote, 3);
        while (!cursor.Begins(closing))
        {
            if (cursor.Here == '\r' && cursor.At(1) != '\n')
                throw cursor.Refuse("a carriage return stands alone");
            if (quote == '"' && cursor.Here == '\\' && EndsLine(cursor))
                cursor.TakeWhile(character => character is ' ' or '\t' or '\n' or '\r');
            else
                AddOne(cursor, quote, text);
        }

        cursor.Skip(3);
        // Up to two quotes may stand before the closing three.
        for (int quotes = 0; quotes < 2 && cursor.TryTake(quote); quotes++)
            text.Append(quote);
        return text.ToString();
    }

    // A backslash as the last of a line takes away the line's end and all blanks behind it.
    private static bool EndsLine(TomlCursor cursor)
    {
        int ahead = 1;
        while (cursor.At(ahead) is ' ' or '\t')
            ahead++;
        if (cursor.At(ahead) != '\n' && !(cursor.At(ahead) == '\r' && cursor.At(ahead + 1) == '\n'))
            return false;
        cursor.Skip(ahead);
        return true;
    }

    private static void AddOne(TomlCursor cursor, char quote, StringBuilder text)
    {
        char taken = cursor.Take();
        if (quote == '"' && taken == '\\')
            text.Append(Escaped(cursor));
        else
            text.Append(taken);
    }

    private static string Escaped(TomlCursor cursor) => cursor.Take() switch
    {
        'b' => "\b",
        't' => "\t",
        'n' => "\n",
        'f' => "\f",
        'r' => "\r",
        '"' => "\"",
        '\\' => "\\",
        'u' => Character(cursor, 4),
        'U' => Character(cursor, 8),
        _ => throw cursor.Refuse("there is no such escape"),
    };

    private static string Character(TomlCursor cursor, int digits)
    {
        string code = string.Concat(Enumerable.Range(0, digits).Select(_ => cursor.Take()));
        return uint.TryParse(code, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out uint scalar) && Rune.IsValid(scalar)
            ? new Rune(scalar).ToString() : throw cursor.Refuse($"\\{(digits == 4 ? 'u' : 'U')}{Printable.Escape(code)} is no character");
    }
}
